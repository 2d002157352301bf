"""Readers: an audience, or one named partner that consents name and that reads by a login of its own."""

from commons.audit import record_event
from commons.database.connection import PARTNER_LOGIN, Connection, role_password
from commons.database.owner import OWNER, routine, set_password
from commons.partners import Partner

NAMED = """
SELECT commons.refresh_release(ARRAY(
    SELECT DISTINCT m.alternative_id
      FROM commons.naming(ARRAY(SELECT record_id FROM commons.source_record), clock_timestamp()) named
      JOIN commons.membership m ON m.record_id = named.record_id AND m.until_at IS NULL
     WHERE named.partner_id = %s))
"""


def give_login(administrator: Connection, partner: Partner) -> str:
    """Return the partner's own login, made where there is none, and release to it what names it.

    From then on what is consented to the partner by name is kept in a schema that only this login reads. Until then
    it is released to nobody. Its password, where logins have one, follows from the partners'.
    """
    login = f"{PARTNER_LOGIN}{partner.partner_id}"
    made = administrator.execute(
        "INSERT INTO commons.reader (audience, partner_id, schema_name, login)"
        " VALUES ('partner', %s, %s, %s) ON CONFLICT DO NOTHING RETURNING login",
        (partner.partner_id, f"released_to_{partner.partner_id}", login),
    ).fetchone()
    if made is not None:
        administrator.execute(routine("reader_logins"))
        set_password(administrator, login, role_password(login))
        administrator.execute(f"SET LOCAL ROLE {OWNER}")
        administrator.execute(routine("released_views"))
        administrator.execute(routine("remembered"))
        administrator.execute(NAMED, (partner.partner_id,))
        record_event(administrator, OWNER, "give login", "partner", partner.slug, login=login)
        administrator.execute("RESET ROLE")
    return login
