#!/usr/bin/env python3
"""Writes tests/readers/corpus: small registries, each with one defect that offices really have, and their verdicts.

The standard library writes everything but the true BIFF8 workbooks, for which xlwt is needed:

    python3 -m pip install xlwt==1.3.0
    python3 scripts/make_fixtures.py

Without xlwt the committed .xls files are left as they are. The same bytes come out on every machine.
"""

import io
import json
import pathlib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent / "tests/readers/corpus"
HEAD = ["统一社会信用代码", "名称", "主体类型", "行业代码", "乡镇", "信用风险分类", "状态", "成立日期"]
A = ["91411381MA9G1A2B3W", "邓州市甲商贸有限公司", "企业", "5211", "古城街道", "A", "存续", "2017-03-15"]
B = ["92411381MA9K3C4D2R", "邓州市乙小吃店", "个体工商户", "6210", "汲滩镇", "B", "存续", "2020-06-01"]
C = ["93411381MA9L5E6F9A", "邓州市丙种植专业合作社", "农民专业合作社", "0111", "穰东镇", "", "存续", "2019-01-02"]
# What the rows load to: id, name, kind, industry, township, class, status, registered.
OK_A = "91411381MA9G1A2B3W|邓州市甲商贸有限公司|enterprise|5211|411381001|A|active|2017-03-15"
OK_B = "92411381MA9K3C4D2R|邓州市乙小吃店|individual|6210|411381103|B|active|2020-06-01"
OK_C = "93411381MA9L5E6F9A|邓州市丙种植专业合作社|cooperative|0111|411381104||active|2019-01-02"
OFFICERS = ["执法证号", "姓名", "部门编号", "有效期起", "有效期至", "状态", "资质", "辖区"]
O1 = ["4113810120210001", "杨一", "D01", "2021-10-05", "2026-10-04", "有效", "药品检查员", "古城街道"]
OK_O1 = "4113810120210001|杨一|2021-10-05|2026-10-04|yes|药品检查员|411381001"

CASES = []


def case(file, data, rows=(), faults=(), table="entities", about="", **source):
    """Adds a file and its verdict; a fault is `code row letter`, the letter left out where there is none."""
    (HERE / file).write_bytes(data)
    CASES.append({"file": file, "table": table, "about": about, "rows": list(rows), "faults": sorted(faults), **source})


def csv(rows, mark=",", end="\n", encoding="utf-8"):
    def cell(text):
        quoted = any(c in text for c in (mark, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if quoted else text

    return "".join(mark.join(cell(c) for c in row) + end for row in rows).encode(encoding)


def with_(row, **cells):
    names = ["id", "name", "kind", "industry", "town", "class_", "status", "date"]
    return [cells.get(name, old) for name, old in zip(names, row)]


def letters(column):
    return chr(ord("A") + column)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


class Number(float):
    """A cell that a spreadsheet keeps as a number; `style` picks 1 date, 2 percent, 3 four digits."""

    style = 0

    def __new__(cls, value, style=0):
        number = float.__new__(cls, value)
        number.style = style
        return number


def xlsx(sheets, dimension=None):
    """Writes a small XLSX: sheets are (name, {(row, column): value}, [merged ranges])."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def part(name, text):
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), '<?xml version="1.0" encoding="UTF-8"?>' + text)

        kinds = "http://schemas.openxmlformats.org/"
        types = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        part("[Content_Types].xml", f'<Types xmlns="{kinds}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{types}</Types>')
        part("_rels/.rels", f'<Relationships xmlns="{kinds}package/2006/relationships"><Relationship Id="rId1" Type="{kinds}officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        names = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, *_) in enumerate(sheets, 1))
        part("xl/workbook.xml", f'<workbook xmlns="{kinds}spreadsheetml/2006/main" xmlns:r="{kinds}officeDocument/2006/relationships"><sheets>{names}</sheets></workbook>')
        rels = "".join(f'<Relationship Id="rId{n}" Type="{kinds}officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1))
        part("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{kinds}package/2006/relationships">{rels}<Relationship Id="rId99" Type="{kinds}officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>')
        part("xl/styles.xml", f'<styleSheet xmlns="{kinds}spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="0000"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="9" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>')
        for n, (_, cells, *merged) in enumerate(sheets, 1):
            rows = {}
            for (row, column), value in sorted(cells.items()):
                at = f"{letters(column)}{row}"
                if isinstance(value, Number):
                    text = f'<c r="{at}" s="{value.style}"><v>{float(value)!r}</v></c>'
                elif value.startswith("#"):
                    text = f'<c r="{at}" t="e"><v>{value}</v></c>'
                else:
                    text = f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
                rows.setdefault(row, []).append(text)
            body = "".join(f'<row r="{row}">{"".join(cells)}</row>' for row, cells in rows.items())
            merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in (merged[0] if merged else []))
            merges = f"<mergeCells>{merges}</mergeCells>" if merges else ""
            claim = f'<dimension ref="{dimension}"/>' if dimension else ""
            part(f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{kinds}spreadsheetml/2006/main">{claim}<sheetData>{body}</sheetData>{merges}</worksheet>')
    return out.getvalue()


def grid(rows, top=1, left=0):
    """Places rows of cells; empty cells stay away, as spreadsheets leave them away."""
    return {(top + r, left + c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v != ""}


def xml2003(rows, merged=""):
    body = ""
    for row in rows:
        cells = ""
        for cell in row:
            kind, text, extra = cell if isinstance(cell, tuple) else ("String", cell, "")
            cells += f'<Cell{extra}><Data ss:Type="{kind}">{escape(text)}</Data></Cell>'
        body += f"<Row>{cells}</Row>"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="名单"><Table>{body}</Table></Worksheet></Workbook>'
    ).encode()


def texts():
    two = [HEAD, A, B]
    case("plain.csv", csv(two), [OK_A, OK_B], about="UTF-8 without a mark")
    case("bom.csv", b"\xef\xbb\xbf" + csv(two, end="\r\n"), [OK_A, OK_B], about="UTF-8 with a mark, CR LF")
    case("gb18030.csv", csv(two, end="\r\n", encoding="gb18030"), [OK_A, OK_B], about="GB18030, as desktop tools export")
    case("utf16le.txt", b"\xff\xfe" + csv(two, mark="\t", encoding="utf-16-le"), [OK_A, OK_B], about="Unicode text of a spreadsheet")
    case("utf16be.csv", b"\xfe\xff" + csv(two, encoding="utf-16-be"), [OK_A, OK_B], about="UTF-16, big end first")
    case("utf16-no-mark.csv", csv(two, encoding="utf-16-le"), [OK_A, OK_B], about="UTF-16 without a mark")
    case("tabs.xls", csv(two, mark="\t", encoding="gbk"), [OK_A, OK_B], about="text with tabs that calls itself .xls")
    case("semicolons.csv", csv(two, mark=";"), [OK_A, OK_B], about="semicolons")
    case("sep-line.csv", b"sep=;\n" + csv(two, mark=";"), [OK_A, OK_B], about="a first line that names the delimiter")
    case("cr.csv", csv(two, end="\r"), [OK_A, OK_B], about="old line ends, CR alone")
    case("no-last-end.csv", csv(two).rstrip(b"\n"), [OK_A, OK_B], about="no line end after the last row")
    blank = csv([HEAD, A]) + b"\n,,,,,,,\n" + csv([with_(B, town="无此镇")])
    case("blank-lines.csv", blank, [OK_A], ["unknown-township 5 E"], about="blank lines count as rows")
    broken = csv([HEAD, with_(A, name="邓州市\n甲商贸\n有限公司"), with_(B, town="无此镇")])
    case("breaks-in-cells.csv", broken, [OK_A], ["line-break 2 B", "unknown-township 3 E"], about="a row over three lines is one row")
    case("open-quote.csv", csv([HEAD, A]) + '92411381MA9K3C4D2R,"邓州市乙小吃店,,,古城街道\n'.encode(), [], ["unreadable-file"], about="a quote that never closes")
    case("quote-inside.csv", csv([HEAD]) + ",".join(with_(A, name='邓州市"甲"商贸有限公司')).encode() + b"\n", [OK_A.replace("甲", '"甲"')], about="quotes inside a cell that is not quoted")
    case("empty.csv", b"\n\n", [], ["unreadable-file"], about="nothing but line ends")
    case("only-title.csv", csv([["邓州市检查对象名录库"], ["一", "二"]]), [], ["no-headings 1"], about="no row has headings")
    half = bytearray(csv([HEAD, A, with_(B, name="邓州市乙小吃店铺")], encoding="gb18030"))
    at = bytes(half).index("店铺".encode("gb18030"))
    half[at + 3] = 0xFF
    case("cut-character.csv", bytes(half), [OK_A, OK_B.replace("小吃店", "小吃店\ufffd")], ["broken-cell 3 B"], about="half a character, as old databases cut names")
    case("web-page.xls", "<html><meta charset=utf-8><table><tr><td>名称</td></tr></table></html>".encode(), [], ["unreadable-file"], about="a web page that calls itself .xls")


def headings():
    title = {(1, 0): "邓州市市场主体名录库"}
    case("title.xlsx", xlsx([("Sheet1", {**title, **grid([HEAD, A, B], 2)}, ["A1:H1"])]), [OK_A, OK_B], about="a title merged over all columns")
    case("notice.xlsx", xlsx([("Sheet1", {(1, 0): "注意：请勿修改表头，代码按文本填写", (2, 0): "填报单位：某局", **grid([HEAD, A, B], 4)})]), [OK_A, OK_B], about="notice rows above, one row blank")
    hint = ["必填，18位文本", "必填", "下拉选择", "4位代码", "填写乡镇名称", "选填", "选填", "格式：YYYY-MM-DD"]
    case("hint.xlsx", xlsx([("Sheet1", grid([HEAD, hint, A, B]))]), [OK_A, OK_B], ["row-passed 2"], about="a hint row below the headings")
    example = with_(A, id="914400000000000000", name="案例（请删除）")
    case("example.xlsx", xlsx([("Sheet1", grid([HEAD, example, A, B]))]), [OK_A, OK_B], ["row-passed 2"], about="an example row that was not deleted")
    case("column-b.xlsx", xlsx([("Sheet1", grid([HEAD, A, with_(B, town="无此镇")], 2, 1))]), [OK_A], ["unknown-township 4 F"], about="data from column B and row 2 on")
    case("empty-sheets.xlsx", xlsx([("Sheet1", {}), ("名单", grid([HEAD, A, B])), ("Sheet3", {})]), [OK_A, OK_B], about="empty sheets before and behind")
    case("parameters.xlsx", xlsx([("名单", grid([HEAD, A])), ("参数表", grid([["层级", "说明"], ["省级", "一"]]))]), [OK_A], ["sheet-passed"], about="a parameter sheet")
    case("two-sheets.xlsx", xlsx([("城区", grid([HEAD, A])), ("乡镇", grid([HEAD, B]))]), [OK_A, OK_B], about="one registry over two sheets")
    case("one-sheet-named.xlsx", xlsx([("城区", grid([HEAD, A])), ("乡镇", grid([HEAD, B]))]), [OK_B], sheet="乡镇", about="plan.toml names the sheet")
    case("repeated.xlsx", xlsx([("Sheet1", grid([HEAD, A, HEAD, B, HEAD, C]))]), [OK_A, OK_B, OK_C], ["row-passed 3"], about="headings repeated on every page")
    foot = [["合计", "2户"], ["制表人：张三", "", "审核人：李四"], ["注：本表一式两份"]]
    case("foot.xlsx", xlsx([("Sheet1", grid([HEAD, A, B, *foot]))]), [OK_A, OK_B], ["row-passed 4", "row-passed 5", "row-passed 6"], about="total, signatures and note at the end")
    town = grid([HEAD, A, with_(C, town=""), B])
    case("merged.xlsx", xlsx([("Sheet1", town, ["E2:E3"])]), [OK_A, OK_B, OK_C.replace("411381104", "411381001")], about="townships merged over several rows are filled down")
    odd = ["统一社会\n信用代码", " 名 称 ", "主体类型*", "行业代码（选填）", "乡镇", "信用风险分类：", "状态", "成立日期"]
    case("odd-headings.xlsx", xlsx([("Sheet1", grid([odd, A, B]))]), [OK_A, OK_B], about="line breaks, blanks and marks in headings")
    other = ["注册号/统一社会信用代码", "企业名称", "企业类型", "行业", "所属乡镇", "风险等级", "登记状态", "登记日期"]
    case("other-headings.csv", csv([other, A, B]), [OK_A, OK_B], about="other headings in use")
    case("codes-as-headings.csv", csv([["TYXYDM", "QYMC", "ENTTYPE", "HYDM", "township", "class", "REGSTATE", "ESTDATE"], A, B]), [OK_A, OK_B], about="column names of databases")
    case("unknown-column.csv", csv([HEAD + ["法定代表人"], A + ["某"], B + [""]]), [OK_A, OK_B], ["unknown-column 1 I"], about="a column that means nothing here")
    case("two-ids.csv", csv([["注册号"] + HEAD, ["411381600000018"] + A, [""] + B]), [OK_A, OK_B], ["column-left-over 1 A"], about="old and new code side by side: the new one counts")
    case("column-twice.csv", csv([HEAD + ["名称"], A + ["别名"]]), [OK_A], ["column-twice 1 I"], about="the same heading twice")
    case("missing-column.csv", csv([HEAD[:4] + HEAD[5:], A[:4] + A[5:]]), [], ["missing-column 1"], about="no township")
    named = csv([["一", "二", "三"], [A[0], A[1], "x"], [B[0], B[1], "y"]])
    case("named-columns.csv", named, [OK_A.replace("enterprise|5211", "other|").replace("|A|active|2017-03-15", "||active|"), OK_B.replace("individual|6210|411381103|B|active|2020-06-01", "other||411381001||active|")], ["unknown-column 1 C"], columns={"id": "A", "name": "二", "township": "=古城街道"}, heading_row=1, about="plan.toml names the columns, one of them a value for all rows")
    case("named-wrong.csv", named, [], ["unknown-column 1 B", "unknown-column 1 C", "unknown-named-column 1"], columns={"id": "A", "name": "甲", "township": "=古城街道"}, heading_row=1, about="plan.toml names a column that is not there")


def cells():
    wide = with_(A, id="９１４１１３８１ＭＡ９Ｇ１Ａ２Ｂ３Ｗ", industry="Ｆ５２１１", class_="Ａ")
    case("full-width.csv", csv([HEAD, wide]), [OK_A], ["id-made-canonical 2 A"], about="full-width digits and letters")
    blanks = with_(A, id="\u00a0" + A[0] + "\u3000", name="\u3000" + A[1] + "\u00a0", town=" 古城街道\u200b")
    case("blanks.csv", csv([HEAD, blanks]), [OK_A], about="no-break, ideographic and zero-width blanks")
    marks = with_(A, id=f'="{A[0]}"', industry="'5211")
    case("text-marks.csv", csv([HEAD, marks]), [OK_A], about="the marks that keep digits as text")
    zero = with_(C, industry=Number(111, 3))
    case("leading-zeros.xlsx", xlsx([("Sheet1", grid([HEAD, zero]))]), [OK_C], about="a number that is shown with leading zeros")
    dates = [A, with_(B, date=Number(43983, 1)), with_(C, date=Number(43467))]
    case("dates.xlsx", xlsx([("Sheet1", grid([HEAD, *dates]))]), [OK_A, OK_B, OK_C], ["date-from-serial 4 H"], about="a date as text, as a date and as a serial number")
    forms = ["2017/3/15", "20170315", "2017年3月15日", "2017.03.15", "2017-03-15 00:00:00", "２０１７－０３－１５"]
    ids = ["91411381MA9G1A2B3W", "92411381MA9K3C4D2R", "93411381MA9L5E6F9A", "92411381MA40Q7R82A", "914113810512345605", "91440300192317458F"]
    case("date-forms.csv", csv([HEAD, *(with_(A, id=i, date=d) for i, d in zip(ids, forms))]), sorted(OK_A.replace(A[0], i) for i in ids), about="six ways to write a day")
    case("date-month.csv", csv([HEAD, with_(A, date="2017年3月")]), [OK_A.replace("03-15", "03-01")], ["date-of-month 2 H"], about="a month without a day")
    case("date-wrong.csv", csv([HEAD, with_(A, date="2017-02-30")]), [OK_A.replace("2017-03-15", "")], ["not-a-date 2 H"], about="a day that does not exist")
    case("error-cell.xlsx", xlsx([("Sheet1", grid([HEAD, A, with_(B, name="#N/A")]))]), [OK_A, OK_B.replace("邓州市乙小吃店", "")], ["broken-cell 3 B", "no-name 3 B"], about="an error of the spreadsheet in a cell")
    words = [with_(A, kind="有限责任公司(自然人独资)", status="存续（在营、开业、在册）"), with_(B, status="吊销，未注销"), with_(C, kind="农民专业合作社联合社")]
    case("register-words.csv", csv([HEAD, *words]), [OK_A, OK_B.replace("active", "revoked"), OK_C], ["read-as 2 C", "read-as 2 G", "read-as 3 G", "read-as 4 C"], about="types and standings in the words of the registers")
    case("unknown-word.csv", csv([HEAD, with_(A, status="不详")]), [OK_A], ["unknown-word 2 G"], about="a word that means nothing")
    places = ["411381001", "411381001000", "古城街道办事处", "邓州市古城街道", "河南省邓州市古城街道办事处", "古城"]
    case("places.csv", csv([HEAD, *(with_(A, id=i, town=t) for i, t in zip(ids, places))]), sorted(OK_A.replace(A[0], i) for i in ids), [f"read-as {n} E" for n in range(3, 8)], about="one township in six spellings")
    renamed = ["㴔滩镇", "汲滩乡", "夏集乡", "411381203"]
    codes = ["411381103", "411381103", "411381120", "411381305"]
    case("renamed.csv", csv([HEAD, *(with_(A, id=i, town=t) for i, t in zip(ids, renamed))]), sorted(OK_A.replace(A[0], i).replace("411381001", c) for i, c in zip(ids, codes)), ["read-as 3 E"], about="old characters, old ranks, the other series of codes")
    trades = ["F5211", "f5211", "5211.0", "综合零售", "H5211", "零售业"]
    digits = ["5211", "5211", "5211", "521", "5211", "52"]
    case("industries.csv", csv([HEAD, *(with_(A, id=i, industry=t) for i, t in zip(ids, trades))]), sorted(OK_A.replace(A[0], i).replace("5211", d) for i, d in zip(ids, digits)), ["industry-section 6 D", "read-as 5 D", "read-as 7 D"], about="industries with letter, wrong letter, as a number and by name")
    old = ["农、林、牧、渔服务业", "开采辅助活动", "仓储业"]
    case("industries-2011.csv", csv([HEAD, *(with_(A, id=i, industry=t) for i, t in zip(ids, old))]), sorted(OK_A.replace(A[0], i).replace("5211", d) for i, d in zip(ids, ["05", "11", "59"])), [f"read-as {n} D" for n in range(2, 5)], about="names of the edition of 2011")
    case("industry-wrong.csv", csv([HEAD, with_(A, industry="卖烧饼")]), [OK_A.replace("5211", "")], ["bad-industry 2 D"], about="no industry of the standard")


def ids():
    case("lower-hyphen.csv", csv([HEAD, with_(A, id="91411381-ma9g1a2b3-w")]), [OK_A], ["id-made-canonical 2 A"], about="lower case and hyphens")
    for file, id_, about in [
        ("wrong-check.csv", "91440300192317458G", "a wrong check character"),
        ("wrong-organisation.csv", "91440300192317459J", "a wrong check character of the organisation code"),
        ("letter-o.csv", "9144030019231745OF", "a letter outside the alphabet"),
        ("seventeen.csv", "91440300192317458", "one character short"),
        ("wrong-15.csv", "330000000036007", "15 digits with a wrong check digit"),
    ]:
        case(file, csv([HEAD, with_(A, id=id_)]), [OK_A.replace(A[0], id_)], ["id-check 2 A"], about=about)
    old = ["330000000036006", "4113812300012", "41138123000123", "沪A-个体0001"]
    seen = ["330000000036006", "4113812300012", "41138123000123", "沪A个体0001"]
    case("other-ids.csv", csv([HEAD, *(with_(A, id=i) for i in old)]), sorted(OK_A.replace(A[0], i) for i in seen), ["id-made-canonical 5 A"], about="15, 14 and 13 digits, and something else")
    case("rounded.csv", csv([HEAD, with_(A, id="9.14114E+17")]), [OK_A.replace(A[0], "9.14114E+17")], ["id-rounded 2 A"], about="a code that became a number in CSV")
    case("rounded.xlsx", xlsx([("Sheet1", grid([HEAD, with_(A, id=Number(914113810512345605))]))]), [OK_A.replace(A[0], "9.141138105123456E17")], ["id-rounded 2 A"], about="a code of 18 digits that a workbook keeps as a number")
    case("duplicate.csv", csv([HEAD, A, B, with_(A, name="另一家")]), [OK_A, OK_A.replace(A[1], "另一家"), OK_B], ["duplicate-id 4 A"], about="one id in two rows")
    case("no-id.csv", csv([HEAD, A, with_(B, id="")]), [OK_A], ["no-id 3 A"], about="no code of any kind, and no decision")
    case("left-out.csv", csv([HEAD, A, with_(B, id="")]), [OK_A], ["left-out 3 A"], without_id="leave_out", reason="已建档，待赋码", about="no code, left out with a reason")
    fallback = csv([HEAD + ["登记证号"], A + [""], with_(B, id="") + ["豫邓0017"]])
    case("fallback.csv", fallback, [OK_A, OK_B.replace(B[0], "豫邓0017")], ["id-from-fallback 3 I", "unknown-column 1 I"], fallback_id="登记证号", about="no code, and a column that stands for it")


def officers():
    many = [["4541321", *O1[1:6], "药品检查员，特种设备安全监察员、保化检查员", "古城街道;穰东"], O1]
    case("officer-lists.csv", csv([OFFICERS, *many]), [OK_O1, "4541321|杨一|2021-10-05|2026-10-04|yes|保化检查员;特种设备安全监察员;药品检查员|411381001;411381104"], ["read-as 2 H"], "inspectors", "several values in one cell")
    numbers = [Number(4541321), *O1[1:3], Number(44474, 1), Number(46299, 1), *O1[5:]]
    case("officer-numbers.xlsx", xlsx([("Sheet1", grid([OFFICERS, numbers]))]), [OK_O1.replace("4113810120210001", "4541321")], [], "inspectors", "a certificate that is a number, dates as dates")
    case("officer-float.csv", csv([OFFICERS, ["4541321.0", *O1[1:]]]), [OK_O1.replace("4113810120210001", "4541321")], ["id-made-canonical 2 A"], "inspectors", "a certificate as 4541321.0")
    ends = [["A1", *O1[1:3], "2021年10月", "9999-09-09", *O1[5:]], ["A2", *O1[1:3], "2021年10月", "2026年10月", "失效", *O1[6:]], ["A3", *O1[1:3], "2021/10/5", "长期", "有效", *O1[6:]]]
    case("officer-ends.csv", csv([OFFICERS, *ends]), ["A1|杨一|2021-10-01|9999-09-09|yes|药品检查员|411381001", "A2|杨一|2021-10-01|2026-10-31|no|药品检查员|411381001", "A3|杨一|2021-10-05|9999-09-09|yes|药品检查员|411381001"], ["date-of-month 2 D", "date-of-month 3 E"], "inspectors", "no end, and months without a day")
    real = ["单位工号", "姓名", "性别", "身份证号", "手机号", "学历", "学历专业", "岗位大类", "从事本岗起始日期", "岗位资质资格", "执法事项范围", "地区", "层级", "担任职务", "具体职务", "所在业务部门（机构）", "是否专家", "执法证编号", "执法证有效期", "执法证发证机关", "执法人员状态"]
    row = ["0010", "杨一", "", "", "", "", "", "工商行政管理类", "2016-04-13", "药品检查员", "A01.,B01.", "古城街道", "县级", "", "", "监管科", "否", O1[0], "2026-10-04", "某局", "有效"]
    left = [f"unknown-column 2 {letters(c)}" for c in (0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 19)]
    case("officers-21-columns.xlsx", xlsx([("人员", {(1, 0): "执法检查人员名录库", **grid([real, row], 2)}, ["A1:U1"])]), [OK_O1.replace("2021-10-05", "2020-01-01")], left, "inspectors", "the export of a platform; plan.toml gives what it lacks", columns={"agency": "=D01", "valid_from": "=2020-01-01"})


def documents():
    rows = [HEAD, [*A[:7], ("DateTime", "2017-03-15T00:00:00.000", "")], [("String", B[0], ' ss:Index="1"'), *B[1:3], ("Number", "6210", ""), *B[4:]]]
    case("spreadsheet-2003.xml", xml2003(rows), [OK_A, OK_B], about="XML Spreadsheet 2003")
    case("spreadsheet-2003.xlsx", xml2003([["名单"], HEAD, A, [("String", "无此镇", ' ss:Index="5"')]]), [OK_A], ["no-id 4 A", "no-name 4 B", "unknown-township 4 E"], about="XML Spreadsheet 2003 that calls itself .xlsx")
    case("spreadsheet-2003-cut.xml", xml2003([HEAD, A])[:-60], [], ["unreadable-file"], about="XML Spreadsheet 2003, cut off")
    far = [HEAD, [("String", A[0], ' ss:Index="900"')]]
    case("spreadsheet-2003-no-row.xml", xml2003(far).replace(b"<Row>", b"<Raw>"), [], ["unreadable-file"], about="XML Spreadsheet 2003 whose cells stand outside of any row")
    case("zipped.xls", xlsx([("Sheet1", grid([HEAD, A, B]))]), [OK_A, OK_B], about="XLSX that calls itself .xls")
    case("cut.xlsx", xlsx([("Sheet1", grid([HEAD, A, B]))])[:900], [], ["unreadable-file"], about="XLSX, cut off")
    case("billion-rows.xlsx", xlsx([("Sheet1", grid([HEAD, A, B]))], dimension="A1:XFD1048576"), [OK_A, OK_B], about="a sheet that claims 17 billion cells")
    far = grid([HEAD, A, B])
    far[(1048576, 0)] = " "
    case("far-cell.xlsx", xlsx([("Sheet1", far)]), [OK_A, OK_B], about="a blank in the last row of the sheet")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", (2024, 1, 1, 0, 0, 0)), "application/vnd.oasis.opendocument.spreadsheet")
    case("open-document.ods", out.getvalue(), [], ["unreadable-file"], about="a zip archive without a workbook")


def binary():
    try:
        import xlwt
    except ImportError:
        xlwt = None

    def biff(file, cells, merged=(), **verdict):
        if xlwt is None:
            data = (HERE / file).read_bytes()
        else:
            book = xlwt.Workbook()
            sheet = book.add_sheet("名单")
            book.add_sheet("Sheet2")
            day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
            for r, row in enumerate(cells):
                for c, value in enumerate(row):
                    if isinstance(value, Number):
                        sheet.write(r, c, float(value), *([day] if value.style == 1 else []))
                    elif value != "":
                        sheet.write(r, c, value)
            for r1, r2, c1, c2, text in merged:
                sheet.write_merge(r1, r2, c1, c2, text)
            out = io.BytesIO()
            book.save(out)
            data = out.getvalue()
        case(file, data, **verdict)

    biff("binary.xls", [HEAD, [*A[:7], Number(42809, 1)], with_(B, industry=Number(6210))], rows=[OK_A, OK_B], about="true BIFF8, a date and a number")
    biff("binary.xlsx", [["检查对象名录库"], HEAD, A, with_(B, town="无此镇")], rows=[OK_A], faults=["unknown-township 4 E"], about="true BIFF8 that calls itself .xlsx")
    biff("binary-merged.xls", [HEAD, with_(A, town=""), with_(C, town="")], [(1, 2, 4, 4, "古城街道")], rows=[OK_A, OK_C.replace("411381104", "411381001")], about="true BIFF8 with merged cells")


HERE.mkdir(parents=True, exist_ok=True)
texts()
headings()
cells()
ids()
officers()
documents()
binary()
with open(HERE / "verdicts.json", "w", encoding="utf-8", newline="\n") as out:
    out.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in CASES) + "\n]\n")
print(f"{len(CASES)} files")
