// Style sheets of libraries are bundled into the island as text.
declare module '*.css' {
  const text: string
  export default text
}
