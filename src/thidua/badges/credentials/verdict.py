"""What is said of a credential that somebody shows: valid, not valid and why, or that nobody can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """The verdict. Whoever cannot tell does not say valid."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    """Why; the code of the sentence that is shown."""

    GENUINE = "credential_genuine"
    # What was shown cannot be read.
    TOO_LARGE = "credential_too_large"
    NO_CHUNK = "credential_no_chunk"
    SEVERAL_CHUNKS = "credential_several_chunks"
    PICTURE_UNREADABLE = "credential_picture_unreadable"
    NOT_JSON = "credential_not_json"
    NOT_A_BADGE = "credential_not_a_badge"
    UNSIGNED = "credential_unsigned"
    # It is signed wrongly.
    TAMPERED = "credential_tampered"
    ALG_NONE = "credential_alg_none"
    ALG_SHARED = "credential_alg_shared"  # HS256: anybody with the public key could have made it
    WRONG_KEY = "credential_wrong_key"
    WRONG_ISSUER = "credential_wrong_issuer"
    CLAIMS_DIFFER = "credential_claims_differ"
    AMBIGUOUS = "credential_ambiguous"  # what is read is not what was signed
    # It was genuine, but does not hold now.
    EXPIRED = "credential_expired"
    NOT_YET_VALID = "credential_not_yet_valid"
    REVOKED = "credential_revoked"
    SUSPENDED = "credential_suspended"
    # Nobody can tell.
    IN_PDF = "credential_in_pdf"
    ADDRESS_ELSEWHERE = "credential_address_elsewhere"
    NOT_HERE = "credential_not_here"  # an address of ours that leads to no credential
    UNKNOWN_CONTEXT = "credential_unknown_context"
    OLDER_BADGE = "credential_older_badge"  # Open Badges 1 or 2, which are not verified here
    PROOF_UNKNOWN = "credential_proof_unknown"
    ISSUER_UNKNOWN = "credential_issuer_unknown"  # a kind of issuer whose keys we cannot look up
    ISSUER_UNREACHABLE = "credential_issuer_unreachable"
    STATUS_UNKNOWN = "credential_status_unknown"  # a kind of status that we cannot read
    STATUS_UNREACHABLE = "credential_status_unreachable"
    STATUS_UNTRUSTED = "credential_status_untrusted"


_CANNOT_TELL = frozenset(
    {
        Reason.IN_PDF,
        Reason.ADDRESS_ELSEWHERE,
        Reason.NOT_HERE,
        Reason.UNKNOWN_CONTEXT,
        Reason.OLDER_BADGE,
        Reason.PROOF_UNKNOWN,
        Reason.ISSUER_UNKNOWN,
        Reason.ISSUER_UNREACHABLE,
        Reason.STATUS_UNKNOWN,
        Reason.STATUS_UNREACHABLE,
        Reason.STATUS_UNTRUSTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict on one credential."""

    reason: Reason
    credential: Mapping[str, Any] | None = None  # what its issuer signed; None while that is not known
    is_ours: bool = False

    @property
    def outcome(self) -> Outcome:
        """Valid, not valid, or cannot tell."""
        if self.reason is Reason.GENUINE:
            return Outcome.VALID
        return Outcome.CANNOT_TELL if self.reason in _CANNOT_TELL else Outcome.NOT_VALID


class RefusedError(Exception):
    """A credential is not valid, or nobody can tell, for this reason."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(reason.value)
        self.reason = reason
