import { type Bytes, openBytes, orClose, peekBytes } from './bytes.ts'
import { requireContent } from './content.ts'
import type { Limits, TreeBatch } from './format.ts'
import { TreeCollector } from './tree-collector.ts'
import { XesReader } from './xes-log.ts'
import { feedXml, XmlReader, xmlEncoding } from './xml.ts'

/** Streams the events of an XES log; each batch carries what the log has said of itself so far. */
export async function* readXes(input: Bytes, limits: Limits): AsyncGenerator<TreeBatch> {
  const { head, rest } = await peekBytes(openBytes(input, limits), 1024)
  const encoding = await orClose(rest, () => {
    requireContent(head, 'xes')
    return xmlEncoding(head)
  })
  const collector = new TreeCollector(limits)
  const reader = new XesReader(collector)
  const xml = new XmlReader(reader, limits)
  let bytesRead = 0
  for await (const read of feedXml(rest, encoding, xml)) {
    bytesRead = read
    for (const batch of collector.take(false, bytesRead)) yield { ...batch, log: reader.log }
  }
  for (const batch of collector.take(true, bytesRead)) yield { ...batch, log: reader.log }
}
