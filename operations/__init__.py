"""The ``quita`` command for operators of a stack, the running local one or one in the cloud.

It needs the settlement layer and AWS, but not the local stack and its tools.
"""
