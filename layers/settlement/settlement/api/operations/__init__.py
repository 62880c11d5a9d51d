"""Operations and their connector calls in requests and answers."""
