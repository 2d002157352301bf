"""Reading what has been released to an audience."""

from commons.release.released import Released, released

__all__ = ["Released", "released"]
