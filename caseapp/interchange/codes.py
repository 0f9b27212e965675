"""Which codes of other systems speak of substances: what a referral's problem list is made of.

By code, never by the words beside it ("victim of intimate partner abuse" is about no substance). A code that is not here is
left where it is. Where each comes from:

- `synthea`: written by the generator Synthea into the records this was tried with.
- `cms137`: SNOMED CT in the value set Alcohol and Drug Dependence (2.16.840.1.113883.3.464.1003.106.12.1001) of the measure CMS137.
- `antagonists`: RxNorm in the value set Opiate Antagonists (2.16.840.1.113883.3.464.1003.198.12.1132) of the same measure.
- `opioids`: RxNorm in the value set Opioids (2.16.840.1.113762.1.4.1248.120) of CMS' measures.
- `snomed`: SNOMED CT, on tobacco, which the measure leaves out.
"""

import re

from caseapp.episodes.rules import CodeSystem

SYSTEMS = {
    "http://snomed.info/sct": CodeSystem.snomed,
    "urn:oid:2.16.840.1.113883.6.96": CodeSystem.snomed,
    "http://www.nlm.nih.gov/research/umls/rxnorm": CodeSystem.rxnorm,
    "urn:oid:2.16.840.1.113883.6.88": CodeSystem.rxnorm,
    "http://hl7.org/fhir/sid/icd-10-cm": CodeSystem.icd_10_cm,
    "urn:oid:2.16.840.1.113883.6.90": CodeSystem.icd_10_cm,
}

SNOMED = {
    "7200002": "Alcoholism",  # synthea, cms137
    "66590003": "Alcohol dependence",  # cms137
    "15167005": "Alcohol abuse",  # cms137
    "10939881000119104": "Unhealthy alcohol drinking behavior",  # synthea
    "8635005": "Alcohol withdrawal delirium",  # cms137
    "85561006": "Uncomplicated alcohol withdrawal",  # cms137
    "5602001": "Opioid abuse",  # synthea, cms137
    "75544000": "Opioid dependence",  # cms137
    "87132004": "Opioid withdrawal",  # cms137
    "31956009": "Cocaine dependence",  # cms137
    "78267003": "Cocaine abuse",  # cms137
    "80868005": "Cocaine withdrawal",  # cms137
    "85005007": "Cannabis dependence",  # cms137
    "37344009": "Cannabis abuse",  # cms137
    "21647008": "Amphetamine dependence",  # cms137
    "84758004": "Amphetamine abuse",  # cms137
    "64386003": "Sedative abuse",  # cms137
    "38247002": "Hallucinogen dependence",  # cms137
    "74851005": "Hallucinogen abuse",  # cms137
    "70340006": "Inhalant abuse",  # cms137
    "191816009": "Drug dependence",  # cms137
    "26416006": "Drug abuse",  # cms137
    "66214007": "Substance abuse",  # cms137
    "2403008": "Psychoactive substance dependence",  # cms137
    "6525002": "Dependent drug abuse",  # synthea
    "361055000": "Misuses drugs",  # synthea
    "55680006": "Drug overdose",  # synthea
    "449868002": "Smokes tobacco daily",  # synthea
    "56294008": "Nicotine dependence",  # snomed
    "89765005": "Tobacco dependence syndrome",  # snomed
}

RXNORM = {
    # given for an addiction
    "351264": "Buprenorphine 2 MG Sublingual Tablet",  # antagonists
    "351265": "Buprenorphine 8 MG Sublingual Tablet",  # antagonists
    "351266": "Buprenorphine 2 MG / Naloxone 0.5 MG Sublingual Tablet",  # antagonists
    "351267": "Buprenorphine 8 MG / Naloxone 2 MG Sublingual Tablet",  # antagonists
    "352364": "Buprenorphine 8 MG / Naloxone 2 MG Sublingual Tablet",  # synthea
    "1010600": "Buprenorphine 2 MG / Naloxone 0.5 MG Sublingual Film",  # antagonists
    "1010604": "Buprenorphine 8 MG / Naloxone 2 MG Sublingual Film",  # antagonists
    "864706": "Methadone hydrochloride 10 MG Oral Tablet",  # opioids
    "864718": "Methadone hydrochloride 5 MG Oral Tablet",  # opioids
    "637213": "Naltrexone 380 MG Injection",  # antagonists
    "1483744": "Naltrexone hydrochloride 50 MG Oral Tablet",  # antagonists
    "835726": "Acamprosate calcium 333 MG Delayed Release Oral Tablet",  # antagonists
    "197623": "Disulfiram 250 MG Oral Tablet",  # antagonists
    "197624": "Disulfiram 500 MG Oral Tablet",  # antagonists
    "198031": "24 HR Nicotine Transdermal Patch",  # synthea
    # opioids given for pain: they tell a withdrawal to come
    "856980": "Acetaminophen / Hydrocodone",  # synthea
    "856987": "Acetaminophen 300 MG / Hydrocodone Bitartrate 5 MG Oral Tablet",  # synthea
    "857005": "Acetaminophen 325 MG / Hydrocodone Bitartrate 7.5 MG Oral Tablet",  # synthea
    "1049214": "Acetaminophen 325 MG / Oxycodone Hydrochloride 10 MG Oral Tablet",  # opioids
    "1049221": "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet",  # synthea, opioids
    "1049225": "Acetaminophen 325 MG / Oxycodone Hydrochloride 7.5 MG Oral Tablet",  # opioids
    "1049625": "Acetaminophen 325 MG / Oxycodone Hydrochloride 10 MG Oral Tablet [Percocet]",  # synthea
}

# ICD-10-CM, chapter 5, F10 to F19: mental and behavioral disorders due to psychoactive substance use, each by its category.
ICD_10_CM = {
    "F10": "Alcohol related disorders",
    "F11": "Opioid related disorders",
    "F12": "Cannabis related disorders",
    "F13": "Sedative, hypnotic, or anxiolytic related disorders",
    "F14": "Cocaine related disorders",
    "F15": "Other stimulant related disorders",
    "F16": "Hallucinogen related disorders",
    "F17": "Nicotine dependence",
    "F18": "Inhalant related disorders",
    "F19": "Other psychoactive substance related disorders",
}


def words_of(system: CodeSystem, code: str) -> str | None:
    """What a code about a substance says; None for every other code."""
    if system is CodeSystem.icd_10_cm:
        return ICD_10_CM.get(code[:3]) if re.fullmatch(r"F1[0-9]\.?[0-9A-Z]{0,4}", code) else None
    return (SNOMED if system is CodeSystem.snomed else RXNORM).get(code)
