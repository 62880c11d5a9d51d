"""The DynamoDB table: keys, codecs, reads and writes. No other package knows the stored form."""
