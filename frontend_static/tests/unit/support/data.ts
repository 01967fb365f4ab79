// One of each thing, as the server sends it.
export const money = (amountMinor: number, currency = 'EUR') => ({ amountMinor, currency });

export const site = {
	__typename: 'Site',
	id: 's1',
	name: 'Hamburg Life Science Labs',
	city: 'Hamburg',
	country: 'DE',
	timeZone: 'Europe/Berlin',
	currency: 'EUR',
	openingHours: 'Mo-Fr 07:00-21:00',
	closesOn: null as string | null,
	closingReason: '',
	legalEntity: { __typename: 'LegalEntity', id: 'l1', name: 'Nord Incubator GmbH', country: 'DE' },
};

export const floor = {
	__typename: 'Floor',
	id: 'f1',
	building: 'Main building',
	name: 'Ground floor',
	level: 0,
	planSvg: '',
	version: 1,
	rooms: [
		{ __typename: 'Room', id: 'r1', name: 'Open lab', biosafetyLevel: 1, capacity: 16, codeUrl: '/codes/area/r1.svg' },
	],
};

export const unit = {
	__typename: 'Unit',
	id: 'u1',
	name: 'Elbe',
	kind: 'MEETING_ROOM',
	capacity: 12,
	openingHours: 'Mo-Fr 07:00-21:00',
	priceIncludesTax: false,
	hourlyPrice: money(3500),
	monthlyPrice: money(62_000),
	biosafetyLevel: 0,
	equipment: ['screen'],
	requirements: [],
	currentOutage: null as object | null,
	photos: [],
	policy: {
		stepMinutes: 15,
		cancelNoticeMinutes: 1440,
		cancelFeePercent: 50,
		noShowFeePercent: 100,
		graceMinutes: null,
		needsApproval: false,
	},
	site,
};

export const plan = {
	__typename: 'Plan',
	id: 'pl1',
	name: 'Start-up booster',
	currency: 'EUR',
	phases: [
		{ years: 1, period: 'YEAR', amount: money(0) },
		{ years: null, period: 'YEAR', amount: money(30_000) },
	],
};

export const startup = {
	__typename: 'Organization',
	id: 'o1',
	name: 'Nivara Bio',
	localName: null,
	kind: 'STARTUP',
	country: 'DE',
	city: 'Hamburg',
	sector: 'biopharma',
};
export const corporate = { ...startup, id: 'o2', name: 'Evotec', kind: 'CORPORATE' };
const person = { __typename: 'Person', id: 'p2', name: 'Wei Zhang', email: 'wei@example.com' };

export const rental = {
	__typename: 'Rental',
	id: 'r1',
	unit,
	startsOn: '2026-01-01',
	endsOn: '2026-12-31',
	monthlyPrice: money(62_000),
};

export const residency = {
	__typename: 'Residency',
	id: 're1',
	state: 'ACTIVE',
	startsOn: '2026-01-01',
	endsOn: '2026-12-31',
	headcount: 3,
	startup,
	site,
	plan,
	rentals: [rental],
};

export const booking = {
	__typename: 'Booking',
	id: 'b1',
	title: 'Investor visit',
	state: 'CONFIRMED',
	startsAt: '2026-11-24T09:00:00Z',
	endsAt: '2026-11-24T10:30:00Z',
	isMine: true,
	version: 1,
	unit,
	organization: startup,
	bookedBy: person,
	price: money(5250),
};

export const quote = {
	price: money(5250),
	priceIncludesTax: false,
	creditMinutes: 30,
	lines: [
		{
			unitId: 'u1',
			name: 'Elbe',
			what: 'credit',
			isPerHour: true,
			quantity: 30,
			unitPrice: money(0),
			amount: money(0),
		},
		{
			unitId: 'u1',
			name: 'Elbe',
			what: 'time',
			isPerHour: true,
			quantity: 90,
			unitPrice: money(3500),
			amount: money(5250),
		},
	],
	totals: { net: money(5250), tax: money(998), gross: money(6248) },
	brokenRules: [] as object[],
};

export const offer = {
	__typename: 'Offer',
	id: 'of1',
	state: 'OPEN',
	startsOn: '2027-01-01',
	endsOn: '2027-12-31',
	expiresOn: '2026-12-15',
	terms: 'One bench,\n  12 months.',
	termsHash: 'b448f281',
	version: 1,
	startup,
	site,
	plan,
	unit,
	deposit: money(124_000),
	monthlyPrice: money(62_000),
	application: {
		__typename: 'Application',
		id: 'a1',
		call: { __typename: 'Call', id: 'c1', title: 'Booster 2027', programme: 'Start-up booster' },
	},
};

export const application = {
	__typename: 'Application',
	id: 'a1',
	state: 'SUBMITTED',
	headcount: 3,
	pitch: 'A test for sepsis.',
	wishes: 'One wet bench.',
	contactName: 'Lena Hartmann',
	contactEmail: 'lena@example.com',
	submittedAt: '2026-11-20T08:00:00Z',
	version: 1,
	startup,
	site,
	call: offer.application.call,
	offer: null,
};

export const call = {
	__typename: 'Call',
	id: 'c1',
	title: 'Booster 2027',
	summary: 'First year free.',
	programme: 'Start-up booster',
	opensOn: '2026-11-01',
	closesOn: '2027-01-31',
	state: 'OPEN',
	sites: [site],
};

export const workItem = {
	__typename: 'WorkItem',
	id: 'w1',
	kind: 'make_invoice',
	subject: 'Ferrum Robotics',
	state: 'PARKED',
	attempts: 5,
	lastError: 'TaxRuleMissing',
	runAfter: '2026-11-02T04:20:00Z',
};

export const portfolioLine = {
	__typename: 'PortfolioLine',
	residency,
	startup,
	site,
	plan: 'Start-up booster',
	units: ['Bench 03'],
	startsOn: '2026-01-01',
	headcount: 3,
	bookedMinutes: 270,
	secondedMinutes: 120,
	secondees: 1,
	openDeals: 2,
	rentPerMonth: money(62_000),
	invoiced: money(73_780),
	paid: money(0),
	outstanding: money(73_780),
	overdue: money(45_178),
	dealValue: null,
};

export const secondment = {
	__typename: 'Secondment',
	id: 'se1',
	function: 'Regulatory affairs',
	hoursPerWeek: 8,
	startsOn: '2026-10-01',
	endsOn: '2027-03-31',
	costModel: 'SPONSORED',
	goals: 'First audit.',
	loggedMinutes: 600,
	secondee: person,
	employer: corporate,
	host: startup,
};

export const timeLog = {
	__typename: 'TimeLog',
	id: 't1',
	workedOn: '2026-11-23',
	minutes: 90,
	category: 'coaching',
	note: 'Pitch rehearsal',
	version: 1,
	secondment: { __typename: 'Secondment', id: 'se1', loggedMinutes: 690, host: startup },
};

export const deal = {
	__typename: 'Deal',
	id: 'd1',
	title: 'ECG wearable pilot',
	stage: 'SCOPING',
	openedAt: '2026-10-20T08:00:00Z',
	startup,
	corporate,
	value: money(4_440_000),
	manager: person,
};

export const member = { __typename: 'MembershipPerson', person, roles: ['MEMBER'], isPending: false };

export const notification = {
	__typename: 'Notification',
	id: 'n1',
	kind: 'offer_made',
	title: 'New offer',
	body: 'Bench 03',
	path: '/offers/of1',
	createdAt: '2026-11-22T08:00:00Z',
	readAt: null,
};

export const auditEntry = {
	__typename: 'AuditEntry',
	id: 'au1',
	occurredAt: '2026-11-22T08:00:00Z',
	action: 'offer accepted',
	typeName: 'Offer',
	nodeId: null,
	requestId: 'req1',
	before: null,
	after: '{}',
	person,
};

export const officeRental = {
	__typename: 'Rental',
	id: 'r9',
	startsOn: '2026-11-01',
	endsOn: '2027-10-31',
	state: 'RUNNING',
	noticeGivenAt: null,
	version: 1,
	monthlyPrice: money(145_000),
	weeklyPrice: null,
	dailyPrice: null,
	notice: { count: 3, unit: 'MONTHS' },
	unit: { ...unit, id: 'u9', name: 'Office 01', kind: 'OFFICE' },
	organization: startup,
	checklists: [] as object[],
	badges: [] as object[],
};

export const rentalHold = {
	__typename: 'RentalHold',
	id: 'h1',
	startsOn: '2026-12-01',
	endsOn: '2027-05-31',
	expiresAt: '2026-11-30T12:00:00Z',
	note: '',
	state: 'HELD',
	rentalId: null,
	version: 1,
	unit: { ...unit, id: 'u8', name: 'Office 02', kind: 'OFFICE' },
	organization: startup,
	heldBy: null,
};

export const badge = {
	__typename: 'Badge',
	id: 'b1',
	kind: 'BADGE',
	number: 'B-101',
	opens: 'Main door',
	state: 'IN',
	issuedAt: null,
	dueOn: null,
	version: 1,
	holder: null,
	organization: null,
	site,
};
