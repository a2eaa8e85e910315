"""What is known of each language, one YAML file a language."""
