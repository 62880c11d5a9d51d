"""The contract of the API: its routes, and the OpenAPI document that describes them."""
