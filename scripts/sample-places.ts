// Names by which the open sample files call places, and the foreign places they speak of.
import type { AreaRow } from '#organisations'

/** Provinces in the order of the PAPI codebook (P01 … P63), by search key. */
export const papiNames: readonly string[] = [
  'ha noi,ha giang,cao bang,bac kan,tuyen quang,lao cai,dien bien,lai chau,son la,yen bai,hoa binh,thai nguyen',
  'lang son,quang ninh,bac giang,phu tho,vinh phuc,bac ninh,hai duong,hai phong,hung yen,thai binh,ha nam,nam dinh',
  'ninh binh,thanh hoa,nghe an,ha tinh,quang binh,quang tri,thua thien hue,da nang,quang nam,quang ngai,binh dinh',
  'phu yen,khanh hoa,ninh thuan,binh thuan,kon tum,gia lai,dak lak,dak nong,lam dong,binh phuoc,tay ninh,binh duong',
  'dong nai,ba ria vung tau,ho chi minh,long an,tien giang,ben tre,tra vinh,vinh long,dong thap,an giang,kien giang',
  'can tho,hau giang,soc trang,bac lieu,ca mau',
].flatMap((line) => line.split(','))

/** Spellings of the budget files that differ from the plain unaccented name. */
export const spellings: Readonly<Record<string, string>> = {
  'ba ria vung tau': 'BRVT',
  'ho chi minh': 'TP HCM',
}

type Place = Pick<AreaRow, 'code' | 'kind' | 'name' | 'parent' | 'aliases'>

const boroughs = ['Bronx', 'Brooklyn', 'Manhattan', 'Queens', 'Staten Island']

const neighbourhoods = [
  'Allston',
  'Allston / Brighton',
  'Back Bay',
  'Beacon Hill',
  'Brighton',
  'Charlestown',
  'Chestnut Hill',
  'Dorchester',
  'Downtown / Financial District',
  'East Boston',
  'Fenway / Kenmore / Audubon Circle / Longwood',
  'Greater Mattapan',
  'Hyde Park',
  'Jamaica Plain',
  'Mattapan',
  'Mission Hill',
  'Roslindale',
  'Roxbury',
  'South Boston',
  'South Boston / South Boston Waterfront',
  'South End',
  'West Roxbury',
]

const shortCode = (name: string) =>
  name
    .replace(/[^A-Za-z]+/g, '-')
    .slice(0, 20)
    .replace(/-$/, '')
    .toUpperCase()

const place = (code: string, name: string, kind: Place['kind'], scheme: string, parent?: string): Place => ({
  code,
  kind,
  name,
  parent,
  aliases: { [scheme]: [name] },
})

export const foreignPlaces: readonly Place[] = [
  place('US-NYC', 'New York', 'place', 'nyc'),
  ...boroughs.map((name) => place(`US-NYC-${shortCode(name)}`, name, 'borough', 'nyc-borough', 'US-NYC')),
  place('US-BOS', 'Boston', 'place', 'boston'),
  ...neighbourhoods.map((name) => place(`US-BOS-${shortCode(name)}`, name, 'neighbourhood', 'boston', 'US-BOS')),
  place('US-MN', 'Minnesota', 'place', 'place'),
  place('CN-BJ', 'Bắc Kinh', 'place', 'place'),
]
