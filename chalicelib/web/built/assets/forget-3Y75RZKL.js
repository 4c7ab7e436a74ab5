import{a,b,c,d,e,f,g}from"./chunk-7N4QAARK.js";import"./chunk-DGHEG656.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
