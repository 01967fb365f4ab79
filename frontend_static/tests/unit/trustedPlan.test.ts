import { describe, expect, it } from 'vitest';
import { isPlain, trustedPlan } from '../../src/features/places/trustedPlan';

describe('isPlain', () => {
	it('lets shapes and words through', () => {
		expect(isPlain('<svg viewBox="0 0 9 9"><g><rect id="VW5pdDox" width="8"/><text>Lab 1</text></g></svg>')).toBe(true);
	});

	it.each([
		'<svg><script>alert(1)</script></svg>',
		'<svg><rect onclick="alert(1)"/></svg>',
		'<svg><a href="https://x.example"/></svg>',
		'<svg><foreignObject/></svg>',
		'<img src=x>',
		'<svg><style>*{}</style></svg>',
		'<!DOCTYPE svg><svg/>',
		'<svg><!-- --></svg>',
	])('stops %s', (svg) => {
		expect(isPlain(svg)).toBe(false);
		expect(trustedPlan(svg)).toBe('');
	});
});
