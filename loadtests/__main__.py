"""`make load`, or `python -m loadtests`: load on a running demo, a table and a verdict. Exit: 0 kept, 1 not kept, 2 could not run."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from loadtests import budget, report, target
from loadtests.arrivals import Share, arrivals
from loadtests.run import Run, perform

HERE = Path(__file__).parent
PROFILES = {
    "everyday": (("phone_home", 60.0), ("catalogue", 25.0), ("staff_sign_in", 3.0)),
    "month_start": (("phone_home", 45.0), ("catalogue", 15.0), ("staff_sign_in", 10.0)),
}
"""Shares of operations. Our own defaults, after the mix in the design's load profile; give `--profile` or change them here."""


@click.command()
@click.option(
    "--demo",
    default="data",
    show_default=True,
    help="演示环境的数据文件夹。",
    type=click.Path(path_type=Path),
)
@click.option("--rate", default=20.0, show_default=True, help="每秒应开始的操作数。")
@click.option("--seconds", default=60.0, show_default=True, help="持续时间（秒）。")
@click.option("--workers", default=200, show_default=True, help="同时进行的操作的上限。")
@click.option(
    "--profile",
    default="everyday",
    show_default=True,
    type=click.Choice(sorted(PROFILES)),
    help="操作的组成。",
)
@click.option(
    "--budget",
    "budget_file",
    default=HERE / "budgets.yaml",
    help="预算文件。",
    type=click.Path(path_type=Path),
)
@click.option("--centre", "centres", multiple=True, help="只压这些中心（可重复），缺省为演示环境的全部中心。")
@click.option("--seed", default=1, show_default=True, help="随机种子：相同的种子，相同的到达。")
@click.option("--json", "json_file", help="把结果写入文件。", type=click.Path(path_type=Path))
@click.option("--allow-host", default="", help="允许压测的非本机主机名。")
def main(demo: Path, rate: float, seconds: float, workers: int, profile: str, budget_file: Path, centres: tuple[str, ...],
         seed: int, json_file: Path | None, allow_host: str) -> None:  # fmt: skip
    """对运行中的演示环境施加压力，按操作和机构给出时延，并对照预算给出结论。"""
    console = Console()
    try:
        aim = target.read(demo / "demo.json", allow_host)
        limits = budget.read(budget_file)
        tenants = [Share(code, 1.0) for code in centres or aim.centres]
        mix = [Share(name, weight) for name, weight in PROFILES[profile]]
        schedule = arrivals(rate, seconds, mix, tenants, seed)
    except (target.TargetInvalid, budget.BudgetInvalid, ValueError) as error:
        console.print(str(error))
        sys.exit(2)
    console.print(f"目标 {aim.base_url}，每秒 {rate:g} 次，{seconds:g} 秒，组成 {profile}，种子 {seed}")
    measures = perform(Run(aim, schedule, seconds), workers, console.print)
    wanted = {name: limits[name] for name, _ in PROFILES[profile] if name in limits}
    findings = budget.judge(measures, wanted)
    good = budget.passed(findings, measures)
    report.show(measures, console)
    report.show_verdict(findings, measures, good, console)
    if json_file is not None:
        facts: dict[str, object] = {"rate": rate, "seconds": seconds, "profile": profile, "seed": seed}
        report.write(json_file, measures, findings, good, facts)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
