import{a,b,c,d,e,f,g}from"./chunk-2ZKOXWQF.js";import"./chunk-WOMWDY5S.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
