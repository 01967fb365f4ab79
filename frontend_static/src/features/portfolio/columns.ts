import type { PortfolioQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { decimalOf } from '../../lib/money/money';
import type { Column } from '../../lib/ui/table';

type Line = PortfolioQuery['portfolio']['nodes'][number];

/** The columns on screen, in the reader's language. */
export function columnsShown(): Column<Line>[] {
	return [
		{
			key: 'startup',
			label: t('portfolio:startup'),
			order: 'STARTUP',
			phone: 'title',
			csv: (line) => line.startup.name,
		},
		{ key: 'units', label: t('portfolio:units'), phone: 'hidden', csv: (line) => line.units.join('; ') },
		{
			key: 'headcount',
			label: t('portfolio:headcount'),
			order: 'HEADCOUNT',
			align: 'end',
			phone: 'hidden',
			csv: (line) => line.headcount,
		},
		{
			key: 'rent',
			label: t('portfolio:rent'),
			order: 'RENT_PER_MONTH',
			align: 'end',
			phone: 'hidden',
			csv: (line) => decimalOf(line.rentPerMonth),
		},
		{
			key: 'invoiced',
			label: t('portfolio:invoiced'),
			order: 'INVOICED',
			align: 'end',
			phone: 'aside',
			csv: (line) => decimalOf(line.invoiced),
		},
		{
			key: 'outstanding',
			label: t('portfolio:outstanding'),
			order: 'OUTSTANDING',
			align: 'end',
			phone: 'hidden',
			csv: (line) => decimalOf(line.outstanding),
		},
		{
			key: 'overdue',
			label: t('portfolio:overdue'),
			order: 'OVERDUE',
			align: 'end',
			phone: 'meta',
			csv: (line) => decimalOf(line.overdue),
		},
		{
			key: 'booked',
			label: t('portfolio:booked'),
			align: 'end',
			phone: 'hidden',
			csv: (line) => (line.bookedMinutes / 60).toFixed(2),
		},
		{
			key: 'seconded',
			label: t('portfolio:seconded'),
			align: 'end',
			phone: 'hidden',
			csv: (line) => (line.secondedMinutes / 60).toFixed(2),
		},
		{ key: 'deals', label: t('portfolio:deals'), align: 'end', phone: 'hidden', csv: (line) => line.openDeals },
	];
}

/** The columns of an export: those on screen and what has no room there, each amount as an exact decimal. */
export function columnsExported(): Column<Line>[] {
	return [
		...columnsShown(),
		{ key: 'site', label: t('portfolio:site'), csv: (line) => line.site.name },
		{ key: 'plan', label: t('portfolio:plan'), csv: (line) => line.plan },
		{ key: 'since', label: t('portfolio:since'), csv: (line) => line.startsOn },
		{ key: 'paid', label: t('portfolio:paid'), csv: (line) => decimalOf(line.paid) },
		{ key: 'secondees', label: t('portfolio:secondees'), csv: (line) => line.secondees },
		{
			key: 'dealValue',
			label: t('portfolio:dealValue'),
			csv: (line) => (line.dealValue ? decimalOf(line.dealValue) : ''),
		},
		{ key: 'country', label: t('portfolio:country'), csv: (line) => line.startup.country },
		{ key: 'sector', label: t('portfolio:sector'), csv: (line) => line.startup.sector },
		{ key: 'currency', label: t('portfolio:currency'), csv: (line) => line.rentPerMonth.currency },
	];
}
