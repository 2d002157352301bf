"""The closed lists of words that the database, the files and the pages share.

Every member's value is the code stored in PostgreSQL; labels in FR, NL and EN are in `commons/i18n/vocabulary.toml`
under `<enum in snake case>.<code>`.
"""

from enum import StrEnum


class Language(StrEnum):
    """The languages in which everything a person reads exists."""

    FR = "fr"
    NL = "nl"
    EN = "en"


class Audience(StrEnum):
    """Who reads. Permissions flow inward: public, partners, a named partner; researchers beside."""

    PUBLIC = "public"
    PARTNERS = "partners"
    PARTNER = "partner"
    RESEARCHERS = "researchers"


class Purpose(StrEnum):
    """What a value may be used for; none implies another."""

    DISPLAY = "display"
    REUSE = "reuse"
    STATISTICS = "statistics"
    MATCHING = "matching"
    CONTACT = "contact"


class FieldGroup(StrEnum):
    """The parts of a record over which consent is given separately."""

    EXISTENCE = "existence"
    IDENTITY = "identity"
    DESCRIPTION = "description"
    LOCATION = "location"
    CONTACT_ORGANISATION = "contact_organisation"
    CONTACT_PERSON = "contact_person"
    RESOURCES = "resources"


class Precision(StrEnum):
    """How finely a place is published: one nested ladder, finest first."""

    EXACT = "exact"
    SECTOR = "sector"
    NEIGHBOURHOOD = "neighbourhood"
    COMMUNE = "commune"
    WITHHELD = "withheld"


class Visibility(StrEnum):
    """The three states of a record or of its contact details; withheld also blocks re-adding."""

    PUBLIC = "public"
    PARTNERS = "partners"
    WITHHELD = "withheld"


class DistrictLevel(StrEnum):
    """The levels at which alternatives are placed and counted, coarsest first."""

    REGION = "region"
    COMMUNE = "commune"
    NEIGHBOURHOOD = "neighbourhood"
    SECTOR = "sector"


class Measure(StrEnum):
    """What the coverage map draws of each district."""

    RATE = "rate"
    POOLED = "pooled"
    WALK = "walk"
    PARTNERS = "partners"
    FRESH = "fresh"


class SubjectKind(StrEnum):
    """Of whom a record speaks; unknown is treated as a natural person."""

    ORGANISATION = "organisation"
    PERSON = "person"
    UNKNOWN = "unknown"


class ResourceKind(StrEnum):
    """What a mutualisation pools, an offer offers, or a need asks for."""

    DATA = "data"
    PLACE = "place"
    PEOPLE = "people"
    EXCHANGE = "exchange"
    SKILLS = "skills"
    TOOLS = "tools"
    ADMINISTRATION = "administration"
    LOGISTICS = "logistics"
    COMMUNICATION = "communication"


class MutualisationStep(StrEnum):
    """Where a mutualisation stands in the steps of *Mutualisons !*."""

    EXPLORATION = "exploration"
    THEMES = "themes"
    EXPERIMENT = "experiment"
    EVALUATION = "evaluation"
    IDENTITY = "identity"


class Cooperation(StrEnum):
    """The forms of cooperation a mutualisation may take."""

    SIMPLE = "simple"
    COMMON_MANAGEMENT = "common_management"
    STRATEGIC = "strategic"
    REINFORCED = "reinforced"


class Obstacle(StrEnum):
    """What was named in 2019 as standing in the way of a mutualisation."""

    TIME = "time"
    PROCESS_RESOURCES = "process_resources"
    UNCERTAINTY = "uncertainty"
    IDENTITY = "identity"
    PUBLICS = "publics"
    ORGANISATION_SIZE = "organisation_size"


class Intensity(StrEnum):
    """How strongly an obstacle is felt in one mutualisation."""

    NONE = "none"
    WEAK = "weak"
    STRONG = "strong"


class Stance(StrEnum):
    """What an agreement says of a record that says nothing itself: shared up to the ceiling, or not."""

    ALLOW = "allow"
    ASK = "ask"


class ConsentEffect(StrEnum):
    """What one consent row does: allow, deny, or let a place be known no finer than its precision."""

    ALLOW = "allow"
    DENY = "deny"
    COARSEN = "coarsen"


class EvidenceKind(StrEnum):
    """How a consent was given; a file's flag and a withdrawal are told apart from what a person was asked for."""

    FORM = "form"
    MAIL = "mail"
    PAPER = "paper"
    FLAG = "import flag"
    WITHDRAWAL = "withdrawal"


class EgressKind(StrEnum):
    """What was handed out: a file taken once, a snapshot to be cited, or a page of the feed."""

    DOWNLOAD = "download"
    SNAPSHOT = "snapshot"
    FEED = "feed"


class Verdict(StrEnum):
    """What a match decision says of two source records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class CharterGrade(StrEnum):
    """How far an alternative conforms to the charter; one without a grade is not assessed."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class SourceKind(StrEnum):
    """By what a list that is fetched from an address is served."""

    URL = "url"
    OGC_API = "ogcapi"
    WFS = "wfs"
    GOGOCARTO = "gogocarto"
    MURMURATIONS = "murmurations"


class SourceState(StrEnum):
    """How the last fetch of a source went; whatever it is but ok, the records stay as they were."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    SHRUNK = "shrunk"
    GONE = "gone"


class ProposalKind(StrEnum):
    """What a visitor proposes: that something shown is wrong, or that something is missing."""

    ERROR = "error"
    ADDITION = "addition"


class ProposedField(StrEnum):
    """What of an alternative a visitor says is wrong; closed is that there is none any more."""

    NAME = "name"
    CATEGORY = "category"
    PLACE = "place"
    WEBSITE = "website"
    OPENING_HOURS = "opening_hours"
    DESCRIPTION = "description"
    CONTACT = "contact"
    CLOSED = "closed"
    OTHER = "other"


class UploadMode(StrEnum):
    """Whether rows missing from an upload have gone (full) or were simply not sent (partial)."""

    FULL = "full"
    PARTIAL = "partial"


class Fate(StrEnum):
    """What an upload makes of a record of its dataset; a record that it does not tell of goes only with a full list."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
