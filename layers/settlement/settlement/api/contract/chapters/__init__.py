"""What each route takes and answers, chapter by chapter."""
