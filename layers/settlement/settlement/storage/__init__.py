"""The DynamoDB table: keys, codecs, reads and writes. Nothing else knows how things are stored."""
