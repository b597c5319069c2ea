"""A city that assesses itself, a province that judges it, and everybody who takes part: verbs as one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from acceptance.assessments import queries, service
from acceptance.assessments.models import AssessmentEntry, AssessmentFile, FileKind
from acceptance.reviews import queries as review_queries
from acceptance.reviews import service as reviews
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.crypto.signing import SigningKey
from kernel.db import TenantSession
from kernel.db.model import Base
from kernel.db.roles import Login
from kernel.identity.actor import Actor
from kernel.storage import service as storage
from kernel.storage.purposes import EVIDENCE
from tenants.registry.models import CentreProfile
from tests.acceptance.conftest import Site
from tests.people import person

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
KEY = SigningKey.generate()


@dataclass
class World:
    """One centre under the worker's province. Actors: filler and submitter in the centre, officers and experts in the province."""

    site: Site
    centre: UUID
    filler: Actor
    submitter: Actor
    officers: list[Actor]
    experts: list[Actor]
    facts: dict[str, Any] = field(default_factory=dict)

    def in_centre(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """One verb in the centre."""
        with self.site.inside(self.centre) as session:
            return _kept(session, verb(session, *args, **more))

    def in_province(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """One verb in the province."""
        with self.site.inside() as session:
            return _kept(session, verb(session, *args, **more))

    def deliver(self) -> None:
        """Everything that is due, and what follows from it."""
        while self.site.deliver():
            pass

    def file(self, name: str = "材料") -> UUID:
        """A kept file of the centre."""

        def keep(session: Any) -> UUID:
            data = PDF + f"% {name} {len(self.facts)}\n".encode()
            self.facts[f"file{len(self.facts)}"] = data
            kept = storage.keep(
                session, name=f"{name}.pdf", media_type="application/pdf", data=data, purpose=EVIDENCE.code
            )
            session.audit("test.kept", "file", kept.id, "测试文件")
            return UUID(str(kept.id))

        kept: UUID = self.in_centre(keep)
        return kept

    def open(self) -> UUID:
        """A fresh sheet."""
        found: UUID = self.in_centre(service.open_sheet, self.filler).id
        return found

    def fill(self, sheet: UUID, share: Decimal = Decimal(1)) -> None:
        """Every item at a share of what may be claimed, a file and a word for each that needs one, and the evaluation report."""
        with self.site.inside(self.centre, read_only=True) as session:
            items = queries.sheet(session, queries.assessment(session, sheet)).items
            wanted = [
                (
                    i.item.code,
                    (i.ceiling.most * share).quantize(Decimal("0.01")),
                    i.entry.number if i.entry else 0,
                )
                for i in items
            ]
        kept, report = self.file(), self.file("测评报告")
        now = clock.now()
        with self.site.inside(self.centre) as session:
            row = queries.assessment(session, sheet, lock=True)
            for code, score, seen in wanted:
                session.add(_file(sheet, code, kept))
                session.add(
                    AssessmentEntry(
                        assessment_id=sheet, item_code=code, number=seen + 1, self_score=score, note_zh="见材料",
                        filled_by_person_id=self.filler.person_id, filled_by_name=self.filler.name, filled_at=now,
                    )
                )  # fmt: skip
            session.add(
                _file(sheet, "D16", report, FileKind.EVALUATION_REPORT, clock.today() - timedelta(days=30))
            )
            row.plan_note_zh, row.last_filled_by_person_id = "其余任务计划年底前完成", self.filler.person_id
            row.submitted_by_person_id = None
            session.audit("test.filled", "assessment", sheet, "测试填写")

    def apply(self, sheet: UUID) -> UUID:
        """Hand it over; the id of the application at the province."""
        self.in_centre(service.apply, self.submitter, sheet)
        self.deliver()
        return self.application(sheet).id

    def application(self, sheet: UUID) -> Any:
        """The province's row."""
        with self.site.inside(read_only=True) as session:
            found = review_queries.by_assessment(session, sheet)
            assert found is not None
            session.expunge(found)
            return found

    def application_row(self, application: UUID) -> Any:
        """The same by its own id."""
        with self.site.inside(read_only=True) as session:
            found = review_queries.application(session, application)
            session.expunge(found)
            return found

    def state(self, sheet: UUID) -> str:
        """Where the centre stands."""
        with self.site.inside(self.centre, read_only=True) as session:
            return queries.assessment(session, sheet).state

    def applied(self) -> tuple[UUID, UUID]:
        """(sheet, application) ready for the desk."""
        sheet = self.open()
        self.fill(sheet)
        return sheet, self.apply(sheet)

    def at_panel(self, count: int = 2) -> tuple[UUID, UUID]:
        """(sheet, application) with experts on their seats."""
        sheet, application = self.applied()
        self.in_province(reviews.accept, self.officers[0], application)
        people = [expert.person_id for expert in self.experts[:count]]
        self.in_province(reviews.appoint, self.officers[0], application, people)
        return sheet, application

    def score_all(self, application: UUID, expert: Actor, share: Decimal = Decimal("0.9")) -> None:
        """Every item at a share of its points."""
        with self.site.inside(read_only=True) as session:
            row = review_queries.application(session, application)
            items = review_queries.content(session, row)["items"]
        given = {
            i["code"]: ((Decimal(i["points"]) * share).quantize(Decimal("0.01")), "已核对") for i in items
        }
        self.in_province(reviews.score, expert, application, given)

    def at_opinion(self, share: Decimal = Decimal("0.9"), vetoes: Any = ()) -> tuple[UUID, UUID]:
        """(sheet, application) with closed sheets and a wording that everybody signed."""
        sheet, application = self.at_panel()
        for expert in self.experts[:2]:
            self.score_all(application, expert, share)
            self.in_province(reviews.close_sheet, expert, application)
        self.word_and_sign(application, vetoes)
        return sheet, application

    def word_and_sign(self, application: UUID, vetoes: Any = ()) -> None:
        """A wording under which every closed seat signs."""
        self.in_province(reviews.draft_opinion, self.officers[0], application, "专家组意见：同意。", vetoes)
        for expert in self.experts[:2]:
            self.in_province(reviews.sign_opinion, expert, application, agrees=True)

    def sign_off(self, application: UUID) -> UUID:
        """One officer proposes, the other signs; the id of the verdict at the province."""
        from acceptance.verdicts import queries as verdict_queries
        from acceptance.verdicts import service as verdicts

        change = self.in_province(verdicts.propose, self.officers[0], application, "整改完毕")
        self.in_province(approvals.approve, self.officers[1], change.id, change.content_hash)
        with self.site.inside(read_only=True) as session:
            row = review_queries.application(session, application)
            found = verdict_queries.of_assessment(session, row.assessment_id)
            assert found is not None
            return found.verdict_id


def _file(
    sheet: UUID, code: str, file_id: UUID, kind: str = FileKind.EVIDENCE, issued_on: date | None = None
) -> AssessmentFile:
    return AssessmentFile(
        assessment_id=sheet, item_code=code, file_id=file_id, kind=kind, title_zh=f"{code} 材料", issued_on=issued_on,
        attached_by_name="填报甲", attached_at=clock.now(),
    )  # fmt: skip


def _kept(session: TenantSession, found: Any) -> Any:
    """A row as it is at the end of its transaction, to be looked at afterwards."""
    if isinstance(found, Base):
        session.flush()
        session.refresh(found)
        session.expunge(found)
    return found


def build(site: Site, code: str, mode: str = "provincial_shared") -> World:
    """A new centre with its people; officers and experts of its own in the province."""
    database = site.database
    database.door(Login.WORKER).evidence_key = KEY
    centre = site.centre(code)
    with site.inside(centre) as session:
        session.add(
            CentreProfile(
                code=code, name_zh="示例市住房公积金管理中心", short_name_zh="示例市", legal_entity_zh="示例市",
                build_mode=mode, own_app=False, fictional=True,
            )
        )  # fmt: skip
        session.audit("test.profile", "tenant", centre, "测试概况")
    province = database.province_id
    return World(
        site,
        centre,
        person(database, centre, "填报甲", "centre_admin"),
        person(database, centre, "提交乙", "centre_admin"),
        [person(database, province, f"监管{n}", "province_officer") for n in "丙丁"],
        [person(database, province, f"专家{n}", "expert") for n in "戊己庚"],
    )
