"""Labels by people: what to label next, in the formats of labelling tools, and what came back."""
