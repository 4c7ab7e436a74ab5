import{a,b,c,d,e,f,g}from"./chunk-RCO4G5IP.js";import"./chunk-CSOISSV4.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
