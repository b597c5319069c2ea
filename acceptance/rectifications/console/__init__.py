"""Pages of findings: the centre's answers, the desk's issuing and rechecking, an expert's own findings."""

from acceptance.rectifications.console import centre, expert, province
from acceptance.rectifications.console.faces import experts, findings, pages

__all__ = ["centre", "expert", "experts", "findings", "pages", "province"]
