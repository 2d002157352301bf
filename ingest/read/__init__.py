"""A partner's file on its way in, first step: bytes to rows of text."""
