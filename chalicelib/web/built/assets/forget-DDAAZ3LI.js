import{a,b,c,d,e,f,g}from"./chunk-5FILYCAP.js";import"./chunk-WML5JN4T.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
