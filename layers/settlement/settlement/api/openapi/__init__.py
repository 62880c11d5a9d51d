"""The API's description: response models, the table of routes, and the OpenAPI document made of both.

No function imports anything of it but ``served``: requests are read and answers written without it.
"""
