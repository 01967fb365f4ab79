"""What organisations do by themselves."""

from incubator.kernel import work
from incubator.organizations import sign_in


@work.sweep("forget sign-in attempts")
async def forget_attempts() -> None:
    """Repeats safely: deletes what no window counts any more."""
    await sign_in.forget_old_attempts()
