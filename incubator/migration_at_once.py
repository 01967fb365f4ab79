"""A base for migrations with many new tables or SQL: Tortoise copies its whole picture of the models before each step (11 s for 50)."""

from collections.abc import Sequence
from itertools import groupby

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.operations import Operation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State


class AtOnceMigration(migrations.Migration):
    """Takes consecutive new models into the picture together, then creates their tables in order; SQL needs no picture at all."""

    async def apply(
        self, state: State, *, dry_run: bool = False, schema_editor: BaseSchemaEditor | None = None, collect_sql: bool = False
    ) -> State:
        """Apply all operations; the steps that are neither new models nor SQL go as they always do."""
        if collect_sql or dry_run or schema_editor is None:
            return await super().apply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
        for kind, found in groupby(self.operations, type):
            if kind is ops.CreateModel:
                await self._create(list(found), state, schema_editor)
            elif kind is ops.RunSQL:
                for step in found:
                    assert isinstance(step, ops.RunSQL)
                    await step.database_forward(self.app_label, state, state, schema_editor)
            else:
                rest = migrations.Migration(self.name, self.app_label)
                rest.operations = list(found)
                await rest.apply(state, schema_editor=schema_editor)
        state.validate_relations_initialized()
        return state

    async def _create(self, found: Sequence[Operation], state: State, schema_editor: BaseSchemaEditor) -> None:
        names = []
        for step in found:
            assert isinstance(step, ops.CreateModel)
            state.models[(self.app_label, step.name)] = ModelState.make_from_model(self.app_label, step.model)
            names.append((self.app_label, step.name))
        state.reload_models(names)
        for step in found:
            assert isinstance(step, ops.CreateModel)
            await step.database_forward(self.app_label, state, state, schema_editor)
