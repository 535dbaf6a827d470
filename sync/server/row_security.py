"""What PostgreSQL itself lets the endpoint's role see: policies beneath the program's own checks.

Each transaction says for which device it works (`wimdesk.device`). From that row and the role table of the protocol
the policies derive the spaces, so that a query with a forgotten filter finds only what the device may read, and an
operation in somebody else's space, name or organisation is not written. Without a device there is no row at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from sync.protocol import ALLIANCE, COMMITTEE, ROLES, private_space, shared_space

SCHEMA = "wimdesk"
_LOCK = 7_204_931_118
"""Any number: who prepares the database holds the advisory lock of it."""
_RIGHTS = ("reads", "writes_own", "writes_any")
_ERASES = "erases"
_SHARED = "'^org/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/shared$'"
_OWN = "encode(d.organisation, 'hex')::uuid::text"


def _named(space: str) -> str:
    """The name of a space of the device's own organisation, as an expression."""
    before, _, after = space.partition("?")
    return f"'{before}' || {_OWN} || '{after}'"


# In PL/pgSQL, so that each connection plans them once; in SQL they were planned anew for each statement, which took
# several times as long as the statement.
_FUNCTIONS = f"""
CREATE TABLE IF NOT EXISTS role_right (
    role text NOT NULL, kind_of_right text NOT NULL, kind text NOT NULL, PRIMARY KEY (role, kind_of_right, kind)
);
CREATE OR REPLACE FUNCTION this_device() RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $$ BEGIN RETURN (
    SELECT d.id FROM device d
    WHERE d.id = decode(nullif(current_setting('wimdesk.device', true), ''), 'hex') AND d.revoked_at IS NULL
); END $$;
CREATE OR REPLACE FUNCTION named_device() RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $$ BEGIN RETURN (
    SELECT decode(nullif(current_setting('wimdesk.device', true), ''), 'hex')
); END $$;
CREATE OR REPLACE FUNCTION this_organisation() RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $$ BEGIN RETURN (
    SELECT d.organisation FROM device d WHERE d.id = this_device()
); END $$;
CREATE OR REPLACE FUNCTION spaces_of(wanted text) RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $$ BEGIN RETURN (
    SELECT coalesce(array_agg(CASE r.kind
        WHEN 'private' THEN {_named(private_space("?"))}
        WHEN 'shared' THEN {_named(shared_space("?"))}
        WHEN 'committee' THEN '{COMMITTEE}'
        WHEN 'alliance' THEN '{ALLIANCE}'
    END), ARRAY[]::text[])
    FROM device d JOIN role_right r ON r.role = d.role AND r.kind_of_right = wanted
    WHERE d.id = this_device()
); END $$;
CREATE OR REPLACE FUNCTION has_every_shared(wanted text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $$ BEGIN RETURN (
    SELECT EXISTS (
        SELECT 1 FROM device d JOIN role_right r ON r.role = d.role
        WHERE d.id = this_device() AND r.kind_of_right = wanted AND r.kind = 'every_shared'
    )
); END $$;
CREATE OR REPLACE FUNCTION may_erase() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $$ BEGIN RETURN (
    SELECT EXISTS (
        SELECT 1 FROM device d JOIN role_right r ON r.role = d.role
        WHERE d.id = this_device() AND r.kind_of_right = '{_ERASES}'
    )
); END $$;
"""


def _within(right: str) -> str:
    """An expression that is true for rows in spaces where the device has this right; asked once per statement."""
    every = f"((SELECT has_every_shared('{right}')) AND space ~ {_SHARED})"
    return f"(space = ANY ((SELECT spaces_of('{right}'))::text[]) OR {every})"


_COLUMN = {"space": "name"}
"""Tables whose column with the name of the space is called otherwise."""
_MINE = "device = (SELECT this_device())"
_NAMED = "device = (SELECT named_device())"
"""As _MINE, but also of a device that was revoked."""
_REMOVED = "EXISTS (SELECT 1 FROM device d WHERE d.id = (SELECT named_device()) AND d.revoked_at IS NOT NULL)"
_OWNED = f"({_within('writes_any')} OR (owner = (SELECT this_organisation()) AND {_within('writes_own')}))"
_ANY_WRITE = f"({_within('writes_any')} OR {_within('writes_own')})"
_TO_SELF = f"({_ANY_WRITE} OR (computer = (SELECT this_device()) AND {_within('reads')}))"
"""Who may not write may still have a key for itself."""
_ERASING = f"((SELECT may_erase()) AND {_ANY_WRITE})"
"""Who may erase changes what others wrote, but only into stubs (sync.server.erasing)."""
_NAMED_OR_ERASING = f"({_NAMED} OR {_ERASING})"
# What each table lets through: reading, adding, changing, removing; a changed row must be one that could be added.
_POLICIES: dict[str, tuple[str, str, str, str]] = {
    "op": (_within("reads"), f"{_MINE} AND {_OWNED}", f"(SELECT may_erase()) AND {_OWNED}", ""),
    "sealed": (_within("reads"), f"{_MINE} AND {_ANY_WRITE}", _ERASING, ""),
    # What a revoked device still sends is kept without what is erased: numbers of records are all it could see of it.
    "erased": (f"({_within('reads')} OR {_REMOVED})", _ERASING, "", ""),
    "begun": (_MINE, f"{_MINE} AND {_ANY_WRITE}", f"{_MINE} AND {_ANY_WRITE}", _MINE),
    "space_key": (_within("reads"), f"{_MINE} AND {_ANY_WRITE}", "", ""),
    "envelope": (_within("reads"), f"{_MINE} AND {_TO_SELF}", _TO_SELF, ""),
    "record_owner": (_within("reads"), _OWNED, "", ""),
    "space": (_within("reads"), _ANY_WRITE, _ANY_WRITE, ""),
    "file": (_within("reads"), _OWNED, _OWNED, _OWNED),
    "file_piece": (_within("reads"), _OWNED, "", _OWNED),
    # What a device said about its own numbers, also in spaces that it may not enter.
    "author": (_NAMED, _MINE, _MINE, ""),
    "batch": (_NAMED_OR_ERASING, _MINE, _ERASING, ""),
    "refused": (_NAMED, _MINE, "", ""),
    # A revoked device may still leave something here.
    "quarantine": (_NAMED_OR_ERASING, _NAMED, _ERASING, ""),
}
_STUBS = {
    "op": "payload = '' AND EXISTS (SELECT 1 FROM erased e WHERE e.space = op.space AND e.record = op.record)",
    "sealed": "resealed = (SELECT this_device()) AND length(box) > 0",
    "batch": "seed = '' AND length(salts) > 0",
    "quarantine": "length(content) > 0",
}
"""Tables whose rows are only ever changed by erasing, and what each must be then."""
PROTECTED = frozenset(_POLICIES)
"""The tables with rows of spaces."""
_GRANTS = {
    "SELECT": "server_state, role_right",
    "SELECT, INSERT": (
        "organisation, code, device, op, sealed, space_key, record_owner, batch, refused, quarantine, audit, erased"
    ),
    "SELECT, INSERT, UPDATE": "space, author, envelope",
    "SELECT, INSERT, DELETE": "token, nonce, failed_attempt, wipe, file_piece",
    "SELECT, INSERT, UPDATE, DELETE": "file, begun",
    "UPDATE (tries, used_by)": "code",
    "UPDATE (revoked_at)": "device",
    "UPDATE (key_changes)": "organisation",
    "UPDATE (payload)": "op",
    "UPDATE (key, root, signature, box, resealed)": "sealed",
    "UPDATE (seed, salts)": "batch",
    "UPDATE (content)": "quarantine",
}


def lock(connection: Connection) -> None:
    """One owner at a time prepares."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def knows(connection: Connection, role: str) -> bool:
    """Say whether there is such a role."""
    return connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is not None


def make_schema(connection: Connection) -> None:
    """Everything of ours is in a schema of its own, which nobody else may look into."""
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))


def apply(connection: Connection, role: str) -> None:
    """Make functions, policies and grants anew; the role gets what the endpoint needs and nothing else."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    statements = [_FUNCTIONS, "DELETE FROM role_right", *_policies(), *_grants(quoted)]
    for statement in statements:
        connection.exec_driver_sql(statement)
    rows = [{"role": name, "right": right, "kind": kind} for name, right, kind in sorted(_table())]
    connection.execute(text("INSERT INTO role_right VALUES (:role, :right, :kind)"), rows)


def _policies() -> Iterator[str]:
    for table, rights in _POLICIES.items():
        column = _COLUMN.get(table, "space")
        named = (each.replace("(space =", f"({column} =").replace("space ~", f"{column} ~") for each in rights)
        read, add, change, remove = named
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        for name in ("reading", "adding", "changing", "removing"):
            yield f"DROP POLICY IF EXISTS {name} ON {table}"
        yield f"CREATE POLICY reading ON {table} FOR SELECT USING ({read})"
        yield f"CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({add})"
        if change:
            check = f"{change} AND {_STUBS[table]}" if table in _STUBS else add
            yield f"CREATE POLICY changing ON {table} FOR UPDATE USING ({change}) WITH CHECK ({check})"
        if remove:
            yield f"CREATE POLICY removing ON {table} FOR DELETE USING ({remove})"


def _grants(role: str) -> Iterator[str]:
    for kind in ("TABLES", "FUNCTIONS"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {SCHEMA} FROM PUBLIC, {role}"
    yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO {role}"
    for rights, names in _GRANTS.items():
        yield f"GRANT {rights} ON {names} TO {role}"


def _table() -> set[tuple[str, str, str]]:
    """The role table of the protocol as rows."""
    erasing = {(name, _ERASES, "any") for name, role in ROLES.items() if role.erases}
    return erasing | {
        (name, right, kind)
        for name, role in ROLES.items()
        for right, kinds in zip(_RIGHTS, (role.reads, role.writes_own, role.writes_any), strict=True)
        for kind in kinds
    }


def acting_as(device: bytes) -> str:
    """Return the statement that says, for this transaction only, for which device it works."""
    return f"SET LOCAL wimdesk.device = '{device.hex()}'"


def is_there(connection: Connection) -> bool:
    """Say whether somebody prepared this database for this role."""
    query = "SELECT 1 FROM pg_tables WHERE schemaname = :schema AND tablename = 'role_right'"
    known = connection.scalar(text(query), {"schema": SCHEMA}) is not None
    return known and bool(connection.scalar(text("SELECT has_schema_privilege(:schema, 'USAGE')"), {"schema": SCHEMA}))


def is_current(connection: Connection) -> bool:
    """Say whether the role table in the database is that of this program."""
    kept = {tuple(row) for row in connection.execute(text("SELECT role, kind_of_right, kind FROM role_right"))}
    return kept == _table()


def passes_by(connection: Connection) -> bool:
    """Say whether policies would not bind the role that we are: a superuser, an owner, or none are on."""
    query = """
        SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (
            SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = :schema AND c.relname = ANY (:names)
            AND (pg_has_role(current_user, c.relowner, 'USAGE') OR NOT c.relrowsecurity)
        )
        FROM pg_roles r WHERE r.rolname = current_user
    """
    return bool(connection.scalar(text(query), {"schema": SCHEMA, "names": sorted(PROTECTED)}))
