"""What is done with several trainings: compared, swept, made again."""
