"""What the application promises."""

from django.test import SimpleTestCase


class ViewsTest(SimpleTestCase):
    def test_says_hello(self):
        response = self.client.get("/")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json(), {"message": "Hello from Django"})

    def test_answers_ping(self):
        response = self.client.get("/ping")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json(), {"message": "pong"})

    def test_does_not_find_another_path(self):
        self.assertEqual(self.client.get("/nothing").status_code, 404)
