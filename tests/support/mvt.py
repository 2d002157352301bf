"""What a vector tile says: a reader of our own for the tests, of what https://github.com/mapbox/vector-tile-spec (2.1) tells."""

import struct


def marks_of(tile):
    """Return the marks of the tile's one layer, each a dict of its attributes, with `x` and `y` in units of the tile."""
    layers = [value for number, value in _fields(tile) if number == 3]
    if not layers:
        return []
    (layer,) = layers
    fields = list(_fields(layer))
    keys = [value.decode() for number, value in fields if number == 3]
    values = [_value(value) for number, value in fields if number == 4]
    return [_mark(value, keys, values) for number, value in fields if number == 2]


def _mark(feature, keys, values):
    parts = dict(_fields(feature))
    tags = _numbers(parts[2])
    told = {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
    command, x, y = _numbers(parts[4])
    assert command == 9  # one move: a point
    return {**told, "x": _signed(x), "y": _signed(y)}


def _value(content):
    ((number, value),) = _fields(content)
    match number:
        case 1:
            return value.decode()
        case 6:
            return _signed(value)
        case 3:
            return struct.unpack("<d", value)[0]
    return value


def _fields(content):
    at = 0
    while at < len(content):
        key, at = _number(content, at)
        match key & 7:
            case 0:
                value, at = _number(content, at)
            case 1:
                value, at = content[at : at + 8], at + 8
            case 2:
                length, at = _number(content, at)
                value, at = content[at : at + length], at + length
            case 5:
                value, at = content[at : at + 4], at + 4
        yield key >> 3, value


def _numbers(content):
    found, at = [], 0
    while at < len(content):
        number, at = _number(content, at)
        found.append(number)
    return found


def _number(content, at):
    value, shift = 0, 0
    while True:
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _signed(number):
    return (number >> 1) ^ -(number & 1)
