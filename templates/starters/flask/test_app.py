import pytest

from app import app


@pytest.fixture
def client():
    return app.test_client()


def test_says_hello(client):
    response = client.get("/")
    assert response.status_code == 200
    assert response.get_json() == {"message": "Hello from Flask"}


def test_answers_ping(client):
    response = client.get("/ping")
    assert response.status_code == 200
    assert response.get_json() == {"message": "pong"}


def test_does_not_find_another_path(client):
    assert client.get("/nothing").status_code == 404
