import{a,b,c,d,e,f,g}from"./chunk-G5K2AJVV.js";import"./chunk-YPOGQEMN.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
