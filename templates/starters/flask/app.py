"""A small Flask application."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"message": "Hello from Flask"}


@app.get("/ping")
def ping():
    """Tells that the application is alive; nothing else, so that a slow database does not end it."""
    return {"message": "pong"}
