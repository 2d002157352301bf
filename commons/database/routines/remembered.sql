-- What PostgreSQL remembers of released values beside the rows themselves. EXPLAIN's estimates read it through the readers'
-- views, and it would outlast a withdrawal until the next ANALYZE (laboratory.md 3.3): so statistics are kept of those columns
-- only of which the planner makes use, and autovacuum renews them, and takes dead rows and their index entries away, at the
-- first change rather than the twenty thousandth. Run after released_views.sql, which makes partitions; idempotent.
DO $$
DECLARE
    of_use CONSTANT name[] := '{alternative_id,anchor_id,audience,partner_id,mutualisation_id,public_id,category,precision'
        ',commune,neighbourhood,sector,counted,expires_at,resource_kind,geom,spot}';
    manners CONSTANT text := 'autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0'
        ', autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0, vacuum_index_cleanup = on';
    part record;
    forgotten record;
BEGIN
    FOR part IN
        SELECT t.relid AS id, t.relid::regclass AS name, t.isleaf, coalesce(c.reltoastrelid, 0) <> 0 AS has_toast, c.reloptions
          FROM unnest('{commons.released_alternative,commons.released_participation}'::regclass[]) AS parent,
               pg_partition_tree(parent) t
          JOIN pg_class c ON c.oid = t.relid
    LOOP
        FOR forgotten IN
            SELECT attname FROM pg_attribute
             WHERE attrelid = part.id AND attnum > 0 AND NOT attisdropped
               AND attname <> ALL (of_use) AND coalesce(attstattarget, -1) <> 0
        LOOP
            EXECUTE format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS 0', part.name, forgotten.attname);
        END LOOP;
        -- What an index computes has statistics of its own.
        FOR forgotten IN
            SELECT a.attrelid::regclass AS index, a.attnum
              FROM pg_index i
              JOIN pg_attribute a ON a.attrelid = i.indexrelid
             WHERE i.indrelid = part.id AND i.indkey[a.attnum - 1] = 0 AND coalesce(a.attstattarget, -1) <> 0
        LOOP
            EXECUTE format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS 0', forgotten.index, forgotten.attnum);
        END LOOP;
        IF part.isleaf AND part.reloptions IS NULL THEN
            EXECUTE format('ALTER TABLE %s SET (%s%s)', part.name, manners,
                           CASE WHEN part.has_toast THEN ', toast.autovacuum_vacuum_threshold = 0'
                                ', toast.autovacuum_vacuum_scale_factor = 0' ELSE '' END);
        END IF;
    END LOOP;
END
$$;
