import { expect, test } from 'vitest';
import { toCsv } from '../../src/lib/text/csv';

test('cells are quoted where they must be, and formulas are made harmless', () => {
	const text = toCsv(
		['Startup', 'Amount'],
		[
			['Meier, "Bio" & Co', '12.50'],
			['=HYPERLINK("x")', '-3.00'],
			['@sum', null],
			['两行\n文本', 4],
		],
	);
	expect(text).toBe(
		'\ufeffStartup,Amount\r\n"Meier, ""Bio"" & Co",12.50\r\n"\'=HYPERLINK(""x"")",-3.00\r\n\'@sum,\r\n"两行\n文本",4\r\n',
	);
});
