"""A small application that says hello."""
