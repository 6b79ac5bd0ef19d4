"""usage: image_holds.py IMAGE.TAR TEXT: does any file of any layer, or the configuration, hold TEXT?

Reads what `docker save` writes. Exit status 0: it does, and the places are printed; 1: it does not.
"""

import sys
import tarfile


def search(archive: tarfile.TarFile, wanted: bytes, place: str) -> list[str]:
    found = []
    for member in archive:
        name = f"{place}{member.name}"
        if wanted in member.name.encode():
            found.append(f"{name}: the name")
        if not member.isfile():
            continue
        content = archive.extractfile(member)
        assert content is not None
        if member.name.endswith("layer.tar") or member.name.startswith("blobs/"):
            try:
                with tarfile.open(fileobj=content) as layer:
                    found += search(layer, wanted, f"{member.name}: ")
                continue
            except tarfile.ReadError:
                content.seek(0)
        if wanted in content.read():
            found.append(name)
    return found


def main() -> int:
    with tarfile.open(sys.argv[1]) as image:
        places = search(image, sys.argv[2].encode(), "")
    for place in places:
        print(place)
    return 0 if places else 1


if __name__ == "__main__":
    sys.exit(main())
