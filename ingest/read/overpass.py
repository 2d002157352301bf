"""Elements of OpenStreetMap as Overpass answers them in JSON, each an object of its tags."""

from typing import Any

KINDS = ("node", "way", "relation")
TECHNICAL = {"type": "relation"}
"""A relation's `type` says how it is put together, not what it is."""


def without_nesting(item: dict[str, Any]) -> dict[str, Any]:
    """Return an element's tags with its key and position; any other object as it is.

    An id is unique within its kind only, so the key has both. A tag that is called like a member keeps its prefix.

    >>> without_nesting({"type": "way", "id": 1, "center": {"lat": 50.8, "lon": 4.3}, "tags": {"name": "A"}})
    {'id': 'way/1', 'lat': 50.8, 'lon': 4.3, 'name': 'A'}
    """
    if not is_element(item):
        return item
    element = {name: value for name, value in item.items() if name not in ("type", "tags", "center")}
    element["id"] = f"{item['type']}/{item['id']}"
    element |= _middle(item)
    tags = {TECHNICAL.get(name, name): value for name, value in item.get("tags", {}).items()}
    return element | {f"tags.{name}" if name in element else name: value for name, value in tags.items()}


def is_element(item: dict[str, Any]) -> bool:
    """Say whether an object is a node, a way or a relation with what only these have."""
    return (
        item.get("type") in KINDS
        and isinstance(item.get("id"), int)
        and isinstance(item.get("tags", {}), dict)
        and not item.keys().isdisjoint(("tags", "lat", "center", "nodes", "members"))
    )


def _middle(item: dict[str, Any]) -> dict[str, Any]:
    """Return the position that the answer gives for a way or a relation, else the middle of its bounds."""
    match item:
        case {"center": {"lat": lat, "lon": lon}}:
            return {"lat": lat, "lon": lon}
        case {
            "bounds": {
                "minlat": float() as south,
                "maxlat": float() as north,
                "minlon": float() as west,
                "maxlon": float() as east,
            }
        } if "lat" not in item:
            return {"lat": round((south + north) / 2, 7), "lon": round((west + east) / 2, 7)}
    return {}
