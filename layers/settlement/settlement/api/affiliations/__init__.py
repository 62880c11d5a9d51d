"""The account's connectors in requests and answers."""
