"""What several resources' requests and answers are made of."""
