// Writes organisations-communes.yaml of a province's pack: the People's Committee of each commune with its office and its
// public administration service centre. Run: node --import tsx scripts/make-pack-organisations.ts [pack folder]
//
// Official agency codes of communes were not available, so theirs are made of the root's code and the statistics code of
// the area (H32.22366, H32.22366.VP, H32.22366.PVHCC) and marked as the pack's own.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { AreaFile, type AreaRow, PackCard } from '#organisations'

const levelWord: Partial<Record<AreaRow['kind'], string>> = { commune: 'xã', ward: 'phường', 'special-zone': 'đặc khu' }

/** The three agencies of one commune, as YAML lines. */
function communeLines(root: string, area: AreaRow): string[] {
  const word = levelWord[area.kind]
  if (!word) throw new Error(`${area.code}: không phải đơn vị cấp xã`)
  const place = `${word} ${area.name.replace(/^(Xã|Phường|Đặc khu) /, '')}`
  const code = `${root}.${area.code}`
  const common = `area: "${area.code}", validFrom: ${area.validFrom}, localCode: true, unverified: true`
  const placeEn = area.nameEn ?? area.name
  return [
    `  - { code: ${code}, kind: commune, name: Ủy ban nhân dân ${place}, shortName: UBND ${place}, nameEn: People's Committee of ${placeEn}, parent: ${root}, peerGroup: ${area.peerGroup ?? area.kind}, ${common}, decision: ${area.decision} }`,
    `  - { code: ${code}.VP, kind: office, name: Văn phòng Hội đồng nhân dân và Ủy ban nhân dân ${place}, shortName: Văn phòng ${place}, parent: ${code}, peerGroup: commune-office, ${common} }`,
    `  - { code: ${code}.PVHCC, kind: centre, name: Trung tâm Phục vụ hành chính công ${place}, shortName: TTPVHCC ${place}, parent: ${code}, peerGroup: commune-centre, ${common} }`,
  ]
}

export async function communeOrganisations(folder: string): Promise<string> {
  const card = PackCard.parse(parse(await readFile(join(folder, 'pack.yaml'), 'utf8')))
  const { areas } = AreaFile.parse(parse(await readFile(join(folder, 'areas.yaml'), 'utf8')))
  const communes = areas.filter((area) => area.parent === card.area && area.validTo === undefined)
  return [
    '# Communes since 1-7-2025: People’s Committee, its office, its public administration service centre.',
    '# Written by scripts/make-pack-organisations.ts from areas.yaml; change the script, not this file.',
    'source: >-',
    '  Areas of areas.yaml (see its source). Offices and centres by Nghị định 150/2025/NĐ-CP and 118/2025/NĐ-CP (unverified).',
    '  Codes are of this pack: <root>.<statistics code>[.VP|.PVHCC], standing in for official ones. Apache-2.0.',
    'organisations:',
    ...communes.flatMap((area) => communeLines(card.rootOrganisation, area)),
    '',
  ].join('\n')
}

if (process.argv[1]?.endsWith('make-pack-organisations.ts')) {
  const folder = process.argv[2] ?? 'packs/khanh-hoa'
  await writeFile(join(folder, 'organisations-communes.yaml'), await communeOrganisations(folder))
}
