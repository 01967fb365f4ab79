import { expect, it } from 'vitest';
import { initialsOf } from '../../src/lib/ui/Avatar.svelte';

it.each([
	['Jonas Petersen', 'JP'],
	['Dr. Anna Keller', 'AK'],
	['Prof. Dr. Ute Maria Brandt', 'UB'],
	['Elbe Cell (made up)', 'EC'],
	['Madonna', 'M'],
	['王芳', '芳'],
])('shows %s as %s', (name, initials) => {
	expect(initialsOf(name)).toBe(initials);
});
