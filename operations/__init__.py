"""The ``quita`` command: what an operator does to a stack, the running local one or one in the cloud.

It needs the settlement layer and AWS, neither the local stack nor the tools that it is made of.
"""
