"""What is usually looked at when a unit is handed over or comes back, by kind, in three languages. A site may have its own list."""

WALLS = {"en": "Walls, floor and ceiling", "de": "Wände, Boden und Decke", "zh-CN": "墙面、地面和天花板"}
DOOR = {"en": "Door and lock", "de": "Tür und Schloss", "zh-CN": "门和锁"}
WINDOWS = {"en": "Windows and blinds", "de": "Fenster und Jalousien", "zh-CN": "窗户和遮阳"}
DESK = {"en": "Desk and chair", "de": "Tisch und Stuhl", "zh-CN": "桌椅"}
BENCH = {"en": "Bench surface and drawers", "de": "Arbeitsfläche und Schubladen", "zh-CN": "实验台面和抽屉"}
POWER = {"en": "Power and network sockets", "de": "Strom- und Netzwerkdosen", "zh-CN": "电源和网络插座"}
GAS = {"en": "Gas and water taps", "de": "Gas- und Wasserhähne", "zh-CN": "气体和水龙头"}
HOOD = {"en": "Fume hood or safety cabinet", "de": "Abzug oder Sicherheitswerkbank", "zh-CN": "通风柜或生物安全柜"}
WASTE = {"en": "Waste and hazardous substances", "de": "Abfall und Gefahrstoffe", "zh-CN": "废弃物和危险品"}
SAFETY = {"en": "Eye wash and emergency stop", "de": "Augendusche und Not-Aus", "zh-CN": "洗眼器和急停装置"}
CLEAN = {"en": "Cleanliness", "de": "Sauberkeit", "zh-CN": "清洁状况"}
KEYS = {"en": "Keys and badges", "de": "Schlüssel und Ausweise", "zh-CN": "钥匙和门禁卡"}
EQUIPMENT = {"en": "Equipment and accessories", "de": "Ausstattung und Zubehör", "zh-CN": "设备和配件"}

USUAL_ITEMS: dict[str, tuple[dict[str, str], ...]] = {
    "desk": (DESK, POWER, CLEAN, KEYS),
    "bench": (BENCH, POWER, GAS, WASTE, CLEAN, KEYS),
    "office": (WALLS, DOOR, WINDOWS, DESK, POWER, CLEAN, KEYS),
    "lab suite": (WALLS, DOOR, BENCH, POWER, GAS, HOOD, SAFETY, WASTE, CLEAN, KEYS),
    "storage": (WALLS, DOOR, CLEAN, KEYS),
    "meeting room": (WALLS, DESK, EQUIPMENT, CLEAN),
    "instrument": (EQUIPMENT, SAFETY, CLEAN),
    "accessory": (EQUIPMENT, CLEAN),
}
