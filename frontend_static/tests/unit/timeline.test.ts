import { render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { createRawSnippet } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import { segmentsOf, type TimelineRow, windowOf } from '../../src/lib/timeline/segments';
import Timeline from '../../src/lib/timeline/Timeline.svelte';

const window = { from: 420, to: 1260 };
const open = [{ from: 420, to: 1260 }];

describe('segments', () => {
	test('follow each other from the first hour to the last', () => {
		const held = [{ id: 'b1', rowId: 'r1', from: 540, to: 600 }];
		expect(segmentsOf(held, open, window, 0).map(({ kind, from, to }) => [kind, from, to])).toEqual([
			['free', 420, 540],
			['held', 540, 600],
			['free', 600, 1260],
		]);
	});

	test('tell what is closed and what is past', () => {
		const hours = [{ from: 480, to: 720 }];
		expect(segmentsOf([], hours, { from: 420, to: 780 }, 600).map(({ kind, from, to }) => [kind, from, to])).toEqual([
			['closed', 420, 480],
			['past', 480, 600],
			['free', 600, 720],
			['closed', 720, 780],
		]);
	});

	test('keep what reaches over the edges of the day inside them', () => {
		const held = [{ id: 'b1', rowId: 'r1', from: -60, to: 480 }];
		expect(segmentsOf(held, open, window, 0)[0]).toMatchObject({ kind: 'held', from: 420, to: 480 });
	});

	test('show the hours from the first opening to the last closing, and usual ones on a closed day', () => {
		expect(windowOf([{ from: 450, to: 1230 }], [{ from: 400, to: 420 }])).toEqual({ from: 360, to: 1260 });
		expect(windowOf([], [])).toEqual({ from: 480, to: 1080 });
	});
});

function rows(): TimelineRow[] {
	const held = [{ id: 'b1', rowId: 'r1', from: 540, to: 600 }];
	return [
		{ id: 'r1', name: 'Bench 01', detail: 'Bench', segments: segmentsOf(held, open, window, 0) },
		{ id: 'r2', name: 'Bench 02', detail: 'Bench', segments: segmentsOf([], open, window, 0) },
	];
}

function show() {
	const onbook = vi.fn();
	const onopen = vi.fn();
	const { container } = render(Timeline, {
		label: 'Units',
		rowsLabel: 'Unit',
		describedBy: 'hint',
		rows: rows(),
		window,
		now: null,
		nameOf: (row: TimelineRow, segment: { from: number; id: string | null }) =>
			segment.id ? `Run, ${row.name}` : `${row.name} from ${segment.from}`,
		classOf: () => 'mine',
		held: createRawSnippet(() => ({ render: () => '<span>Run</span>' })),
		onbook,
		onopen,
	});
	return { container, onbook, onopen, user: userEvent.setup() };
}

const focused = () => document.activeElement?.getAttribute('aria-label');

describe('the timeline', () => {
	test('is one tab stop, and the arrow keys move in it', async () => {
		const { user } = show();
		await user.tab();
		await user.tab();
		expect(document.body).toHaveFocus();
		await user.tab();
		expect(focused()).toBe('Run, Bench 01');
		await user.keyboard('{ArrowDown}');
		await waitFor(() => expect(focused()).toBe('Bench 02 from 420'));
		await user.keyboard('{ArrowUp}{ArrowRight}');
		await waitFor(() => expect(focused()).toBe('Bench 01 from 600'));
		await user.keyboard('{Home}');
		await waitFor(() => expect(focused()).toBe('Bench 01 from 420'));
	});

	test('opens what is held and books what is free, by Enter', async () => {
		const { user, onbook, onopen } = show();
		await user.tab();
		await user.keyboard('{Enter}');
		expect(onopen).toHaveBeenCalledWith('b1');
		await user.keyboard('{ArrowRight}');
		await waitFor(() => expect(focused()).toBe('Bench 01 from 600'));
		await user.keyboard('{Enter}');
		expect(onbook).toHaveBeenCalledWith('r1', 600, 660);
	});

	test('has no accessibility findings', async () => {
		const { container } = show();
		// Colours are compared in the browser tests; there are none here.
		const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
		expect(violations.map(({ id }) => id)).toEqual([]);
	});
});
