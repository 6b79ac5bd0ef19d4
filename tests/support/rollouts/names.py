"""Names, identifiers and refusals, as all parts of the played AWS use them."""
import hashlib

ACCOUNT = "123456789012"
REGION = "us-east-1"


class Refused(Exception):
    """A call is answered with an error of AWS: its code, its message, its HTTP status."""

    def __init__(self, code, message, status=400):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role(name):
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def hexadecimal(length, *seed):
    """Digits that are the same for the same seed, so that a story gives the same identifiers each time."""
    return hashlib.sha512(repr(seed).encode()).hexdigest()[:length]


def uuid(*seed):
    digits = hexadecimal(32, "uuid", *seed)
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:]))


def number(length, *seed):
    return str(int(hexadecimal(32, *seed), 16)).zfill(length)[-length:]


def last_part(text):
    """Of an ARN or a name: what stands behind the last slash."""
    return text.rsplit("/", 1)[-1]


def present(**members):
    """The members that have a value: AWS leaves out what it does not know."""
    return {key: value for key, value in members.items() if value is not None}
