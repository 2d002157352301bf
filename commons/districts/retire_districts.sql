-- Makes every stored district that is not among the incoming ones a past one: the stand-in grid's, and those that a newer
-- revision left out. They stay, because records point at them. Input: %(scheme)s. Scans reference.district.
UPDATE reference.district AS stored
   SET is_current = false
 WHERE stored.is_current
   AND NOT EXISTS (
       SELECT FROM incoming_district i
        WHERE (stored.scheme, stored.level::text, stored.code, stored.revision)
              = (%(scheme)s, i.level, i.code, i.revision)
       )
