"""Arguments before `--` are okstra's; what stands behind it is another program's command line, word for word."""

from typing import Any

from typer.core import TyperCommand

from okstra_git.errors import refuse


class CommandBehindDashes(TyperCommand):
    """A command whose last parameter, `command`, is everything behind `--` and nothing else."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        rest = super().parse_args(ctx, args[:end])
        strays = ctx.params.get("command")
        if strays:
            raise refuse(
                "usage", f"the command to run stands behind --, and {strays[0]} stands before it",
                hint=f"{ctx.command_path} --help",
            )  # fmt: skip
        ctx.params["command"] = tuple(args[end + 1 :])
        return rest

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        arguments = [each.metavar for each in self.params if each.param_type_name == "argument"]
        return ["[OPTIONS]", *(metavar for metavar in arguments if metavar)]
